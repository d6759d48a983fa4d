/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The records in the ring, in the machine's byte order; src/record.rs reads them.
 *
 *   head │ body of its kind │ texts: { u16 size, u8 kind, u8 flags, bytes[size] } …
 *
 * A path from the kernel's own objects (TEXT_WALK) is written from its last component to its
 * first, each ended by NUL: the reader turns it round.
 */
#pragma once

enum kind { KIND_EXEC = 1, KIND_EXIT, KIND_FORK, KIND_SOCK, KIND_OPEN, KIND_CALL, KIND_DNS };

/* What is counted; the order is that of Kind in src/kind.rs. */
enum event {
    EV_EXEC, EV_EXIT, EV_FORK, EV_CONNECT, EV_ACCEPT, EV_LISTEN, EV_UDP, EV_DNS, EV_FILE, EV_READ,
    EV_PRIVILEGE, EV_MODULE, EV_PTRACE, EV_BPF, EV_MEMFD, EV_MOUNT, EV_KILL, EV_FIM,
    EV_DENY, EV_COUNT,
};

struct head {
    u32 size;
    u8 kind, event;
    u16 flags;
    u64 time;             /* nanoseconds since boot */
    u32 pid, tid, ppid, uid, gid, euid, egid, auid, ses, mnt_ns;
    u64 start, pstart;    /* when the process and its parent began, nanoseconds since boot */
    u64 cgroup;
    char comm[16];
};

/* rule: of an EV_DENY, counted from 1. */
struct exec_body { u64 ino; u32 dev, mode, owner, nlink, args, rule; };
struct exit_body { s32 code; u32 unused; };
struct fork_body { u64 start; u32 pid, unused; };
struct sock_body { u8 local[16], peer[16]; u16 local_port, peer_port, family, protocol; s32 error; u32 rule; };
struct open_body { u64 ino; u32 dev, mode, flags, unused; };
struct call_body {
    s64 nr, ret;
    u64 args[6], old_cap, new_cap;
    u32 old_uid, old_gid, old_euid, old_egid;
};
struct dns_body { u8 local[16], peer[16]; u16 local_port, peer_port, family, unused; };

/* LEFT_OUT stays in the kernel: such a head is kept until its event, which is not reported. */
enum { FLAG_CREATED = 1, FLAG_INITIATED = 4, FLAG_DENIED = 8, FLAG_LEFT_OUT = 16 };

enum text {
    TEXT_WALK = 1,   /* a path, leaf first */
    TEXT_CWD,        /* a path, leaf first: what the next TEXT_USER is relative to */
    TEXT_USER,       /* a text in the program's memory */
    TEXT_ARGS,       /* NUL-ended arguments */
    TEXT_NAME,       /* the name as invoked */
    TEXT_BYTES,      /* a datagram's payload */
};
enum { TEXT_CUT = 1 };

/* What a system call's arguments are, by its number: filled by src/call.rs. */
enum { SLOT_NONE, SLOT_TEXT, SLOT_PATH, SLOT_FD };
struct slot { u8 kind, arg, dir; };
struct call {
    u8 known, event, args, flags;
    struct slot slot[3];
    u8 mask_arg, self_arg, unused;
    u64 mask;             /* report only values v of mask_arg with bit v & 63 set; 0: all */
};
enum { CALL_FAILED = 1, CALL_CRED = 2, CALL_SELF = 4 };

struct config {
    u32 own, events, uid_from, uid_to;
    u32 ring_wake, prefixes, reads, args_max;
    u32 rate[32];         /* events a second; 0: any number */
    u32 deny, dry_run;    /* whether there is a policy, and whether it is only reported */
    u32 kill, groups;     /* whether what may not start is killed; whether groups are left out */
    u64 any_exe, any_parent; /* rules without a program, without a parent: a bit each */
};
