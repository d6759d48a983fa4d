/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What the probes need to know of the kernel: helper numbers, map definitions, and the fields of
 * kernel structures that are read.
 *
 * Each structure lists only the fields that are used. Their offsets are those of the kernel that
 * compiled nothing: `preserve_access_index` makes the loader look every one up in the BTF of the
 * kernel that runs (CO-RE). A field that a kernel does not have is guarded with has().
 */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int s32;
typedef long long s64;

#define SEC(name) __attribute__((section(name), used))
#define INLINE static inline __attribute__((always_inline))
#define uint(name, value) int(*name)[value]
#define type(name, value) typeof(value) *name

/* Numbers of include/uapi/linux/bpf.h. */
enum {
    MAP_HASH = 1, MAP_ARRAY = 2, MAP_PERCPU_ARRAY = 6, MAP_LRU_HASH = 9,
    MAP_LPM_TRIE = 11, MAP_RINGBUF = 27,
    MAP_NO_PREALLOC = 1, MAP_MMAPABLE = 1 << 10,
    RB_NO_WAKEUP = 1, RB_FORCE_WAKEUP = 2, RB_AVAIL_DATA = 0,
};

static void *(*map_lookup)(void *map, const void *key) = (void *)1;
static long (*map_update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*map_delete)(void *map, const void *key) = (void *)3;
static u32 (*current_cpu)(void) = (void *)8;
static u64 (*current_pid_tgid)(void) = (void *)14;
static long (*skb_load)(const void *skb, u32 offset, void *to, u32 size) = (void *)26;
static u64 (*current_task)(void) = (void *)35;
static u64 (*socket_cookie)(void *ctx) = (void *)46;
static long (*send_signal)(u32 signal) = (void *)109;
static long (*read_user)(void *to, u32 size, const void *from) = (void *)112;
static long (*read_kernel)(void *to, u32 size, const void *from) = (void *)113;
static long (*read_user_text)(void *to, u32 size, const void *from) = (void *)114;
static long (*read_kernel_text)(void *to, u32 size, const void *from) = (void *)115;
static u64 (*boot_ns)(void) = (void *)125;
static long (*ring_output)(void *ring, void *from, u64 size, u64 flags) = (void *)130;
static u64 (*ring_query)(void *ring, u64 flags) = (void *)134;

/* Reads a field of a kernel structure by its name. */
#define get(to, pointer, field) \
    read_kernel(&(to), sizeof(to), __builtin_preserve_access_index(&(pointer)->field))
#define has(field) __builtin_preserve_field_info(field, 2)

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct qstr { const unsigned char *name; };
struct super_block { u32 s_dev; };
struct inode {
    u16 i_mode;
    struct { u32 val; } i_uid;
    struct super_block *i_sb;
    unsigned long i_ino;
    u32 i_nlink;
};
struct hlist_bl_node { void *next, **pprev; };
struct dentry {
    struct hlist_bl_node d_hash;
    struct dentry *d_parent;
    struct qstr d_name;
    struct inode *d_inode;
};
struct vfsmount { struct dentry *mnt_root; };
struct mount {
    struct mount *mnt_parent;
    struct dentry *mnt_mountpoint;
    struct vfsmount mnt;
};
struct path { struct vfsmount *mnt; struct dentry *dentry; };
struct file {
    u32 f_mode;
    void *private_data;
    struct inode *f_inode;
    u32 f_flags;
    struct path f_path;
};
struct fdtable { u32 max_fds; struct file **fd; };
struct files_struct { struct fdtable *fdt; };
struct fs_struct { struct path pwd; };
struct mm_struct { unsigned long arg_start, arg_end; struct file *exe_file; };
struct cred {
    struct { u32 val; } uid;
    struct { u32 val; } gid;
    struct { u32 val; } euid;
    struct { u32 val; } egid;
    struct { u64 val; } cap_effective;
};
struct ns_common { u32 inum; };
struct mnt_namespace { struct ns_common ns; };
struct nsproxy { struct mnt_namespace *mnt_ns; };
struct kernfs_node { u64 id; };
struct cgroup;
struct cgroup_subsys_state { struct cgroup *cgroup; struct cgroup_subsys_state *parent; };
struct cgroup { struct cgroup_subsys_state self; struct kernfs_node *kn; };
struct css_set { struct cgroup *dfl_cgrp; };
struct task_struct {
    s32 exit_code, pid, tgid;
    struct task_struct *real_parent, *group_leader;
    u64 start_boottime;
    const struct cred *cred;
    char comm[16];
    struct fs_struct *fs;
    struct files_struct *files;
    struct nsproxy *nsproxy;
    struct { u32 val; } loginuid;
    u32 sessionid;
    struct css_set *cgroups;
    struct mm_struct *mm;
};
struct linux_binprm { const char *filename; };
struct in6_addr { u8 u6_addr8[16]; };
struct sock_common {
    u32 skc_daddr, skc_rcv_saddr;
    u16 skc_dport, skc_num, skc_family;
    struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
};
struct sock { struct sock_common __sk_common; u16 sk_protocol; s32 sk_err; };
struct inet_sock { u16 inet_sport; };
struct socket { struct sock *sk; };

#pragma clang attribute pop

/* The context of cgroup/connect and cgroup/sendmsg (uapi: its layout is fixed). */
struct bpf_sock_addr {
    u32 user_family, user_ip4, user_ip6[4], user_port, family, type, protocol;
    u32 msg_src_ip4, msg_src_ip6[4];
};

/* The beginning of the context of syscall tracepoints (fixed by their format). */
struct call_enter { u64 head; s64 nr; u64 args[6]; };
struct call_leave { u64 head; s64 nr; s64 ret; };
