/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The probes of siemagent: what the kernel does, as records in one ring.
 *
 *   hook ─► is it an event ─► count as seen ─► filters ─► rate ─► record ─► ring, or count as lost
 *
 * Each program loads and attaches on its own; none depends on another being there. A program that
 * cannot write its record counts it, so that seen = in the ring + lost + filtered + suppressed.
 * Each program that builds a long record has a scratch space of its own: the kernel never runs the
 * same program twice at a time on one processor, but may run two different ones.
 *
 * Built by `make bpf` into agent.bpf.o, which is committed.
 */
#include "kernel.h"
#include "record.h"

char licence[] SEC("license") = "Dual MIT/GPL";

const volatile struct config config = {};

enum { TEXTS = 8192, TEXT_MAX = 4096, SLACK = TEXT_MAX + 8, FAR = TEXTS - 1 };
enum { SCRATCH_EXEC, SCRATCH_OPEN, SCRATCH_CALL, SCRATCH_DNS, SCRATCHES };

struct scratch {
    struct head head;
    union {
        struct exec_body exec;
        struct open_body open;
        struct call_body call;
        struct dns_body dns;
        u8 text[TEXTS + SLACK];
    };
};

struct { uint(type, MAP_RINGBUF); uint(max_entries, 4 << 20); } ring SEC(".maps");
struct { uint(type, MAP_PERCPU_ARRAY); type(key, u32); type(value, struct scratch); uint(max_entries, SCRATCHES); } scratches SEC(".maps");

/* Four numbers an event and processor; user space maps this memory. */
enum { SEEN, LOST, FILTERED, SUPPRESSED, NUMBERS };
struct { uint(type, MAP_ARRAY); type(key, u32); type(value, u64); uint(max_entries, 4096); uint(map_flags, MAP_MMAPABLE); } counters SEC(".maps");

struct window { u64 second, count; };
struct { uint(type, MAP_ARRAY); type(key, u32); type(value, struct window); uint(max_entries, EV_COUNT); } windows SEC(".maps");

/* Processes whose files and connections are not reported: what reads our output. */
struct { uint(type, MAP_LRU_HASH); type(key, u32); type(value, u8); uint(max_entries, 1024); } ignored SEC(".maps");
struct place { u64 ino, dev; };
struct { uint(type, MAP_HASH); type(key, struct place); type(value, u8); uint(max_entries, 64); } ignored_exe SEC(".maps");
struct { uint(type, MAP_HASH); type(key, u64); type(value, u8); uint(max_entries, 64); } ignored_groups SEC(".maps");
struct { uint(type, MAP_HASH); type(key, struct place); type(value, u8); uint(max_entries, 256); } prefixes SEC(".maps");
struct name { struct place parent; char text[48]; };
struct { uint(type, MAP_HASH); type(key, struct name); type(value, u8); uint(max_entries, 256); } reads SEC(".maps");

/* The policy: which rules name a file, a directory above it, a network: a bit a rule. */
struct sides { u64 exe, parent; };
struct { uint(type, MAP_HASH); type(key, struct name); type(value, struct sides); uint(max_entries, 1024); } denied_names SEC(".maps");
struct { uint(type, MAP_HASH); type(key, struct place); type(value, struct sides); uint(max_entries, 1024); } denied_below SEC(".maps");
struct network { u32 bits; u8 address[16]; };
struct { uint(type, MAP_LPM_TRIE); type(key, struct network); type(value, u32); uint(max_entries, 4096); uint(map_flags, MAP_NO_PREALLOC); } denied_networks SEC(".maps");

struct { uint(type, MAP_ARRAY); type(key, u32); type(value, struct call); uint(max_entries, 512); } calls SEC(".maps");
struct entered { u64 nr, args[8], cap; u32 uid, gid, euid, egid; };
struct { uint(type, MAP_LRU_HASH); type(key, u64); type(value, struct entered); uint(max_entries, 8192); } entereds SEC(".maps");
struct { uint(type, MAP_LRU_HASH); type(key, u64); type(value, struct head); uint(max_entries, 8192); } connecting SEC(".maps");
struct { uint(type, MAP_LRU_HASH); type(key, u64); type(value, struct head); uint(max_entries, 8192); } askers SEC(".maps");
struct peer { u64 cookie; u8 address[16]; u32 port, unused; };
struct { uint(type, MAP_LRU_HASH); type(key, struct peer); type(value, u8); uint(max_entries, 16384); } peers SEC(".maps");

INLINE void count(u32 event, u32 number)
{
    u32 key = (current_cpu() * EV_COUNT + event) * NUMBERS + number;
    u64 *value = map_lookup(&counters, &key);
    if (value)
        __sync_fetch_and_add(value, 1);
}

INLINE struct scratch *scratch(u32 slot)
{
    return map_lookup(&scratches, &slot);
}

/* Whether this second's allowance of an event is used up. Racing processors may let a few more by. */
INLINE int over_rate(u32 event)
{
    u32 limit = config.rate[event];
    if (!limit)
        return 0;
    struct window *window = map_lookup(&windows, &event);
    if (!window)
        return 0;
    u64 second = boot_ns() / 1000000000;
    if (window->second != second) {
        window->second = second;
        window->count = 0;
    }
    return __sync_fetch_and_add(&window->count, 1) >= limit;
}

INLINE int is_wanted(u32 event)
{
    return config.events >> event & 1;
}

/* Whether a task is in one of the control groups that are left out, or in one below them. */
__attribute__((noinline)) int is_in_ignored_group(u64 task_at)
{
    struct task_struct *task = (void *)task_at;
    struct css_set *groups = 0;
    struct cgroup *group = 0;
    struct cgroup_subsys_state *up;
    struct kernfs_node *node;
    get(groups, task, cgroups);
    get(group, groups, dfl_cgrp);
    for (int i = 0; i < 16 && group; i++) {
        u64 id = 0;
        node = 0, up = 0;
        get(node, group, kn);
        get(id, node, id);
        if (map_lookup(&ignored_groups, &id))
            return 1;
        get(up, group, self.parent);
        group = 0;
        if (up)
            get(group, up, cgroup);
    }
    return 0;
}

/* Whether what a process does with files and connections is left out. */
INLINE int is_left_out(struct task_struct *task)
{
    u32 pid = 0;
    get(pid, task, tgid);
    return map_lookup(&ignored, &pid) || (config.groups && is_in_ignored_group((u64)task));
}

/* Counts an event as seen and says whether it is to be reported; otherwise it is counted as that. */
INLINE int admit(u32 event, u32 pid, u32 uid, int left_out)
{
    count(event, SEEN);
    if (pid == config.own || uid < config.uid_from || uid > config.uid_to || left_out) {
        count(event, FILTERED);
        return 0;
    }
    if (over_rate(event)) {
        count(event, SUPPRESSED);
        return 0;
    }
    return 1;
}

/* The reader looks at the ring on its own many times a second; it is woken only when much waits. */
INLINE void output(struct head *head, u32 size)
{
    u64 waiting = ring_query(&ring, RB_AVAIL_DATA);
    head->size = size;
    if (ring_output(&ring, head, size, waiting > config.ring_wake ? RB_FORCE_WAKEUP : RB_NO_WAKEUP))
        count(head->event, LOST);
}

INLINE u32 uid_of(struct task_struct *task)
{
    const struct cred *cred = 0;
    u32 uid = 0;
    get(cred, task, cred);
    get(uid, cred, uid);
    return uid;
}

INLINE void identify(struct head *head, struct task_struct *task, u8 kind, u8 event)
{
    struct task_struct *leader = 0, *parent = 0;
    const struct cred *cred = 0;
    struct nsproxy *nsproxy = 0;
    struct mnt_namespace *mnt_ns = 0;
    struct css_set *cgroups = 0;
    struct cgroup *cgroup = 0;
    struct kernfs_node *node = 0;

    head->kind = kind;
    head->event = event;
    head->flags = 0;
    head->time = boot_ns();
    get(head->pid, task, tgid);
    get(head->tid, task, pid);
    get(leader, task, group_leader);
    get(head->start, leader, start_boottime);
    get(parent, task, real_parent);
    get(head->ppid, parent, tgid);
    get(leader, parent, group_leader);
    get(head->pstart, leader, start_boottime);
    get(cred, task, cred);
    get(head->uid, cred, uid);
    get(head->gid, cred, gid);
    get(head->euid, cred, euid);
    get(head->egid, cred, egid);
    head->auid = -1;
    head->ses = -1;
    if (has(task->loginuid)) {
        get(head->auid, task, loginuid);
        get(head->ses, task, sessionid);
    }
    head->mnt_ns = 0;
    get(nsproxy, task, nsproxy);
    if (nsproxy) {
        get(mnt_ns, nsproxy, mnt_ns);
        get(head->mnt_ns, mnt_ns, ns.inum);
    }
    get(cgroups, task, cgroups);
    get(cgroup, cgroups, dfl_cgrp);
    get(node, cgroup, kn);
    get(head->cgroup, node, id);
    get(head->comm, task, comm);
}

/* Writes the header of a text in front of the bytes that are there already. */
INLINE u32 close_text(struct scratch *record, u32 at, u32 size, u8 kind, u8 flags)
{
    at &= FAR;
    record->text[at] = size;
    record->text[at + 1] = size >> 8;
    record->text[at + 2] = kind;
    record->text[at + 3] = flags;
    return at + 4 + size;
}

/*
 * Appends a path, leaf first, across mounts; returns where the record's texts end. The pointers are
 * numbers, since a function that is verified on its own takes no others.
 */
__attribute__((noinline)) int walk(u32 slot, u32 at, u64 dentry_at, u64 mnt_at, u32 kind)
{
    struct dentry *dentry = (void *)dentry_at, *parent, *root;
    struct vfsmount *mnt = (void *)mnt_at;
    struct mount *mount = (void *)(mnt_at - __builtin_preserve_field_info(((struct mount *)0)->mnt, 0));
    struct mount *up;
    struct scratch *record = scratch(slot);
    const unsigned char *name;
    u32 begin = at & FAR, end = begin + 4, cut = TEXT_CUT;

    if (!record)
        return at;
    for (int i = 0; i < 48; i++) {
        parent = 0, root = 0;
        get(parent, dentry, d_parent);
        get(root, mnt, mnt_root);
        if (dentry == root || dentry == parent) {
            up = 0;
            get(up, mount, mnt_parent);
            if (dentry != root || up == mount || !up) {
                cut = 0;
                break;
            }
            get(dentry, mount, mnt_mountpoint);
            mount = up;
            mnt = __builtin_preserve_access_index(&mount->mnt);
            continue;
        }
        name = 0;
        get(name, dentry, d_name.name);
        if (end >= FAR - 256)
            break;
        long size = read_kernel_text(&record->text[end & FAR], 256, name);
        if (size <= 0)
            break;
        end += size & 0x1ff;
        dentry = parent;
    }
    u32 size = end - begin - 4;
    if (!size && dentry) {
        /* A file that is its own root, such as one in memory: its own name. */
        name = 0;
        get(name, dentry, d_name.name);
        long own = read_kernel_text(&record->text[end & FAR], 256, name);
        if (own > 1)
            size = own & 0x1ff;
    }
    return close_text(record, begin, size & 0x3fff, kind, cut);
}

INLINE int walk_path(u32 slot, u32 at, const struct path *path, u32 kind)
{
    return walk(slot, at, (u64)path->dentry, (u64)path->mnt, kind);
}

/* Appends a text from the program's memory. */
__attribute__((noinline)) int put_user(u32 slot, u32 at, u64 from, u32 kind)
{
    struct scratch *record = scratch(slot);
    at &= FAR;
    if (!record)
        return at;
    long size = read_user_text(&record->text[at + 4], TEXT_MAX, (void *)from);
    if (size < 0)
        size = 0;
    return close_text(record, at, size & 0x1fff, kind, size == TEXT_MAX ? TEXT_CUT : 0);
}

INLINE struct file *file_of(struct task_struct *task, u32 fd)
{
    struct files_struct *files = 0;
    struct fdtable *table = 0;
    struct file **all = 0, *file = 0;
    u32 max = 0;
    get(files, task, files);
    get(table, files, fdt);
    get(max, table, max_fds);
    if (fd >= max)
        return 0;
    get(all, table, fd);
    read_kernel(&file, sizeof(file), all + fd);
    return file;
}

INLINE void place_of(struct place *place, struct dentry *dentry)
{
    struct inode *inode = 0;
    struct super_block *block = 0;
    u32 dev = 0;
    place->ino = 0;
    get(inode, dentry, d_inode);
    get(place->ino, inode, i_ino);
    get(block, inode, i_sb);
    get(dev, block, s_dev);
    place->dev = dev;
}

INLINE void name_of(struct name *key, struct dentry *dentry)
{
    struct dentry *parent = 0;
    const unsigned char *text = 0;
    get(parent, dentry, d_parent);
    place_of(&key->parent, parent);
    get(text, dentry, d_name.name);
    read_kernel_text(key->text, sizeof(key->text), text);
}

/* The rules that name a file, or a directory above it in its file system, on one side. */
__attribute__((noinline)) u64 rules_of(u64 dentry_at, u32 is_parent)
{
    struct dentry *dentry = (void *)dentry_at, *parent;
    struct sides *sides;
    struct name key = {};
    struct place place;
    u64 rules = 0;
    name_of(&key, dentry);
    sides = map_lookup(&denied_names, &key);
    if (sides)
        rules |= is_parent ? sides->parent : sides->exe;
    for (int i = 0; i < 24; i++) {
        parent = 0;
        get(parent, dentry, d_parent);
        if (!parent || parent == dentry)
            break;
        place_of(&place, parent);
        sides = map_lookup(&denied_below, &place);
        if (sides)
            rules |= is_parent ? sides->parent : sides->exe;
        dentry = parent;
    }
    return rules;
}

INLINE struct dentry *program_of(struct task_struct *task)
{
    struct mm_struct *mm = 0;
    struct file *file = 0;
    struct dentry *dentry = 0;
    get(mm, task, mm);
    if (!mm)
        return 0;
    get(file, mm, exe_file);
    get(dentry, file, f_path.dentry);
    return dentry;
}

/* Kills a process that starts what the policy denies; returns the rule, counted from 1, or 0. */
INLINE u32 deny_exec(struct task_struct *task, u16 *flags)
{
    struct task_struct *parent = 0;
    struct place place;
    struct dentry *dentry = program_of(task);
    place_of(&place, dentry);
    if (map_lookup(&ignored_exe, &place))
        return 0;
    u64 rules = config.any_exe | rules_of((u64)dentry, 0);
    if (rules) {
        get(parent, task, real_parent);
        dentry = program_of(parent);
        rules &= config.any_parent | (dentry ? rules_of((u64)dentry, 1) : 0);
    }
    if (!rules)
        return 0;
    if (!config.dry_run && !send_signal(9))
        *flags = FLAG_DENIED;
    u32 rule = 1;
    for (int i = 0; i < 63 && !(rules >> i & 1); i++)
        rule++;
    return rule;
}

/* Counts a decision, and says whether it is to be reported. */
INLINE int admit_denial(void)
{
    count(EV_DENY, SEEN);
    if (!over_rate(EV_DENY))
        return 1;
    count(EV_DENY, SUPPRESSED);
    return 0;
}

SEC("tp_btf/sched_process_exec") int exec(u64 *context)
{
    struct task_struct *task = (void *)context[0];
    struct linux_binprm *binprm = (void *)context[2];
    struct scratch *record = scratch(SCRATCH_EXEC);
    struct mm_struct *mm = 0;
    struct file *file = 0;
    struct inode *inode = 0;
    struct super_block *block = 0;
    struct fs_struct *fs = 0;
    struct path path = {};
    unsigned long from = 0, to = 0;
    const char *name = 0;

    u32 pid = current_pid_tgid() >> 32;
    u16 flags = 0;
    u32 rule = config.deny && config.kill ? deny_exec(task, &flags) : 0;
    int admitted = admit(EV_EXEC, pid, uid_of(task), 0);
    if (!record || (!admitted && !rule))
        return 0;
    identify(&record->head, task, KIND_EXEC, EV_EXEC);
    get(mm, task, mm);
    get(file, mm, exe_file);
    get(inode, file, f_inode);
    get(block, inode, i_sb);
    struct exec_body *body = &record->exec;
    u16 mode = 0;
    u64 ino = 0;
    get(ino, inode, i_ino);
    body->ino = ino;
    get(body->dev, block, s_dev);
    get(mode, inode, i_mode);
    body->mode = mode;
    get(body->owner, inode, i_uid);
    get(body->nlink, inode, i_nlink);
    get(from, mm, arg_start);
    get(to, mm, arg_end);
    body->args = to - from;
    body->rule = rule;

    struct place place = { body->ino, body->dev };
    u8 by_exe = 1, *why = map_lookup(&ignored, &pid);
    if (map_lookup(&ignored_exe, &place))
        map_update(&ignored, &pid, &by_exe, 0);
    else if (why && *why == by_exe)
        map_delete(&ignored, &pid);

    u32 at = sizeof(*body);
    get(path, file, f_path);
    at = walk_path(SCRATCH_EXEC, at, &path, TEXT_WALK) & FAR;
    get(name, binprm, filename);
    long size = read_kernel_text(&record->text[at + 4], 1024, name);
    if (size > 0)
        at = close_text(record, at, size & 0x7ff, TEXT_NAME, size == 1024 ? TEXT_CUT : 0) & FAR;
    get(fs, task, fs);
    get(path, fs, pwd);
    at = walk_path(SCRATCH_EXEC, at, &path, TEXT_CWD) & FAR;
    u64 args = to - from;
    u32 most = config.args_max;
    if (most > TEXT_MAX)
        most = TEXT_MAX;
    u32 take = args > most ? most : args;
    if (take <= TEXT_MAX && !read_user(&record->text[at + 4], take, (void *)from))
        at = close_text(record, at, take, TEXT_ARGS, args > most ? TEXT_CUT : 0);
    if (at > TEXTS + SLACK)
        at = TEXTS + SLACK;
    if (admitted)
        output(&record->head, sizeof(record->head) + at);
    if (rule && admit_denial()) {
        record->head.event = EV_DENY;
        record->head.flags = flags;
        output(&record->head, sizeof(record->head) + at);
    }
    return 0;
}

SEC("tp_btf/sched_process_exit") int leave(u64 *context)
{
    struct task_struct *task = (void *)context[0];
    struct { struct head head; struct exit_body body; } record = {};
    u64 ids = current_pid_tgid();
    u32 pid = ids >> 32;
    /* Recent kernels pass a second argument, group_dead; the leader's end stands for the process. */
    if ((u32)ids != pid)
        return 0;
    map_delete(&ignored, &pid);
    if (!admit(EV_EXIT, pid, uid_of(task), 0))
        return 0;
    identify(&record.head, task, KIND_EXIT, EV_EXIT);
    get(record.body.code, task, exit_code);
    output(&record.head, sizeof(record));
    return 0;
}

SEC("tp_btf/sched_process_fork") int fork(u64 *context)
{
    struct task_struct *parent = (void *)context[0], *child = (void *)context[1];
    struct { struct head head; struct fork_body body; } record = {};
    s32 tgid = 0, pid = 0;
    get(tgid, child, tgid);
    get(pid, child, pid);
    /* A new thread is no new process. */
    if (tgid != pid)
        return 0;
    if (!admit(EV_FORK, current_pid_tgid() >> 32, uid_of(parent), 0))
        return 0;
    identify(&record.head, parent, KIND_FORK, EV_FORK);
    record.body.pid = tgid;
    get(record.body.start, child, start_boottime);
    output(&record.head, sizeof(record));
    return 0;
}

INLINE void map_v4(u8 *to, u32 address)
{
    u32 *words = (u32 *)to;
    words[0] = words[1] = 0;
    words[2] = 0xffff0000;
    words[3] = address;
}

INLINE void addresses(struct sock_body *body, struct sock *sk)
{
    u32 local = 0, peer = 0;
    u16 port = 0;
    get(body->family, sk, __sk_common.skc_family);
    if (body->family == 2) {
        get(local, sk, __sk_common.skc_rcv_saddr);
        get(peer, sk, __sk_common.skc_daddr);
        map_v4(body->local, local);
        map_v4(body->peer, peer);
    } else {
        get(body->local, sk, __sk_common.skc_v6_rcv_saddr);
        get(body->peer, sk, __sk_common.skc_v6_daddr);
    }
    /* skc_num is gone once a connection failed; this copy stays. */
    get(port, (struct inet_sock *)sk, inet_sport);
    body->local_port = __builtin_bswap16(port);
    get(port, sk, __sk_common.skc_dport);
    body->peer_port = __builtin_bswap16(port);
}

enum { ESTABLISHED = 1, SYN_SENT = 2, CLOSE = 7, LISTEN = 10, TCP = 6, UDP = 17, INET = 2, INET6 = 10 };

SEC("tp_btf/inet_sock_set_state") int sock_state(u64 *context)
{
    struct sock *sk = (void *)context[0];
    s32 old = context[1], new = context[2];
    u64 key = (u64)sk;
    struct { struct head head; struct sock_body body; } record = {};
    struct task_struct *task = (void *)current_task();
    u16 protocol = 0;

    get(protocol, sk, sk_protocol);
    if (protocol != TCP)
        return 0;
    if (old == CLOSE && new == SYN_SENT && is_wanted(EV_CONNECT)) {
        identify(&record.head, task, KIND_SOCK, EV_CONNECT);
        if (is_left_out(task))
            record.head.flags = FLAG_LEFT_OUT;
        map_update(&connecting, &key, &record.head, 0);
    } else if (new == LISTEN && is_wanted(EV_LISTEN)) {
        if (!admit(EV_LISTEN, current_pid_tgid() >> 32, uid_of(task), is_left_out(task)))
            return 0;
        identify(&record.head, task, KIND_SOCK, EV_LISTEN);
        addresses(&record.body, sk);
        record.body.protocol = TCP;
        output(&record.head, sizeof(record));
    } else if (old == SYN_SENT) {
        struct head *begun = map_lookup(&connecting, &key);
        if (!begun)
            return 0;
        record.head = *begun;
        map_delete(&connecting, &key);
        if (!admit(EV_CONNECT, record.head.pid, record.head.uid, record.head.flags & FLAG_LEFT_OUT))
            return 0;
        record.head.flags = FLAG_INITIATED;
        addresses(&record.body, sk);
        record.body.protocol = TCP;
        if (new != ESTABLISHED)
            get(record.body.error, sk, sk_err);
        if (new != ESTABLISHED && !record.body.error)
            record.body.error = -1;
        output(&record.head, sizeof(record));
    }
    return 0;
}

SEC("tracepoint/accept") int accepted(struct call_leave *context)
{
    struct { struct head head; struct sock_body body; } record = {};
    struct task_struct *task = (void *)current_task();
    struct socket *socket = 0;
    struct sock *sk = 0;
    struct inode *inode = 0;
    u16 mode = 0, protocol = 0;
    if (context->ret < 0 || !is_wanted(EV_ACCEPT))
        return 0;
    struct file *file = file_of(task, context->ret);
    get(inode, file, f_inode);
    get(mode, inode, i_mode);
    if ((mode & 0170000) != 0140000)
        return 0;
    get(socket, file, private_data);
    get(sk, socket, sk);
    addresses(&record.body, sk);
    get(protocol, sk, sk_protocol);
    if (record.body.family != INET && record.body.family != INET6)
        return 0;
    if (!admit(EV_ACCEPT, current_pid_tgid() >> 32, uid_of(task), is_left_out(task)))
        return 0;
    identify(&record.head, task, KIND_SOCK, EV_ACCEPT);
    record.body.protocol = protocol;
    output(&record.head, sizeof(record));
    return 0;
}

INLINE void peer_address(u8 *address, struct bpf_sock_addr *context, int v6)
{
    if (v6) {
        u32 *words = (u32 *)address;
        words[0] = context->user_ip6[0];
        words[1] = context->user_ip6[1];
        words[2] = context->user_ip6[2];
        words[3] = context->user_ip6[3];
    } else {
        map_v4(address, context->user_ip4);
    }
}

/* Whether the policy denies a peer. What reads our output, and we, may always talk. */
INLINE int deny_peer(struct bpf_sock_addr *context, int v6)
{
    struct { struct head head; struct sock_body body; } record = {};
    struct network key = { .bits = 128 };
    u32 pid = current_pid_tgid() >> 32;
    peer_address(key.address, context, v6);
    u32 *rule = map_lookup(&denied_networks, &key);
    if (!rule || pid == config.own || map_lookup(&ignored, &pid))
        return 0;
    if (admit_denial()) {
        identify(&record.head, (void *)current_task(), KIND_SOCK, EV_DENY);
        record.head.flags = FLAG_INITIATED | (config.dry_run ? 0 : FLAG_DENIED);
        __builtin_memcpy(record.body.peer, key.address, 16);
        record.body.peer_port = __builtin_bswap16(context->user_port);
        record.body.family = v6 ? INET6 : INET;
        record.body.protocol = context->protocol;
        record.body.rule = *rule;
        output(&record.head, sizeof(record));
    }
    return !config.dry_run;
}

/* The first datagram of a socket to a peer: later ones are no new conversation. 0 denies it. */
INLINE int datagram(struct bpf_sock_addr *context, int v6)
{
    struct { struct head head; struct sock_body body; } record = {};
    struct peer peer = {};
    u8 yes = 1;
    if (config.deny && deny_peer(context, v6))
        return 0;
    if (context->protocol != UDP || !is_wanted(EV_UDP))
        return 1;
    u32 port = __builtin_bswap16(context->user_port);
    if (!port)
        return 1;
    peer_address(peer.address, context, v6);
    peer.cookie = socket_cookie(context);
    peer.port = port;
    if (map_lookup(&peers, &peer))
        return 1;
    map_update(&peers, &peer, &yes, 0);
    struct task_struct *task = (void *)current_task();
    if (!admit(EV_UDP, current_pid_tgid() >> 32, uid_of(task), is_left_out(task)))
        return 1;
    identify(&record.head, task, KIND_SOCK, EV_UDP);
    record.head.flags = FLAG_INITIATED;
    __builtin_memcpy(record.body.peer, peer.address, 16);
    record.body.peer_port = port;
    record.body.family = v6 ? INET6 : INET;
    record.body.protocol = UDP;
    output(&record.head, sizeof(record));
    return 1;
}

SEC("cgroup/connect4") int udp_connect4(struct bpf_sock_addr *context) { return datagram(context, 0); }
SEC("cgroup/connect6") int udp_connect6(struct bpf_sock_addr *context) { return datagram(context, 1); }
SEC("cgroup/sendmsg4") int udp_send4(struct bpf_sock_addr *context) { return datagram(context, 0); }
SEC("cgroup/sendmsg6") int udp_send6(struct bpf_sock_addr *context) { return datagram(context, 1); }

/* Where the UDP header of a packet begins, or 0. */
INLINE u32 udp_header(const void *packet, u8 *first)
{
    if (skb_load(packet, 0, first, 1))
        return 0;
    u8 protocol = 0;
    if (*first >> 4 == 4) {
        skb_load(packet, 9, &protocol, 1);
        return protocol == UDP ? (*first & 15) * 4 : 0;
    }
    skb_load(packet, 6, &protocol, 1);
    return *first >> 4 == 6 && protocol == UDP ? 40 : 0;
}

SEC("cgroup_skb/egress") int dns_out(void *packet)
{
    u8 first = 0;
    u16 ports[2] = {};
    u32 at = udp_header(packet, &first);
    if (!at || skb_load(packet, at, ports, 4) || ports[1] != __builtin_bswap16(53))
        return 1;
    struct head head = {};
    u64 cookie = socket_cookie(packet);
    struct task_struct *task = (void *)current_task();
    identify(&head, task, KIND_DNS, EV_DNS);
    if (is_left_out(task))
        head.flags = FLAG_LEFT_OUT;
    map_update(&askers, &cookie, &head, 0);
    return 1;
}

SEC("cgroup_skb/ingress") int dns_in(void *packet)
{
    u8 first = 0;
    u16 ports[3] = {};
    u32 at = udp_header(packet, &first);
    if (!at || skb_load(packet, at, ports, 6) || ports[0] != __builtin_bswap16(53))
        return 1;
    u64 cookie = socket_cookie(packet);
    struct head *asker = map_lookup(&askers, &cookie);
    struct scratch *record = scratch(SCRATCH_DNS);
    if (!asker || !record || !admit(EV_DNS, asker->pid, asker->uid, asker->flags & FLAG_LEFT_OUT))
        return 1;
    record->head = *asker;
    record->head.time = boot_ns();
    struct dns_body *body = &record->dns;
    __builtin_memset(body, 0, sizeof(*body));
    body->local_port = __builtin_bswap16(ports[1]);
    body->peer_port = 53;
    u32 size = __builtin_bswap16(ports[2]);
    size = size < 8 ? 0 : size - 8;
    if (first >> 4 == 4) {
        u32 address = 0;
        body->family = INET;
        skb_load(packet, 12, &address, 4);
        map_v4(body->peer, address);
        skb_load(packet, 16, &address, 4);
        map_v4(body->local, address);
    } else {
        body->family = INET6;
        skb_load(packet, 8, body->peer, 16);
        skb_load(packet, 24, body->local, 16);
    }
    u32 text = sizeof(*body);
    u8 flags = size > 1500 ? TEXT_CUT : 0;
    if (size > 1500)
        size = 1500;
    if (size > 0 && !skb_load(packet, at + 8, &record->text[text + 4], size))
        text = close_text(record, text, size, TEXT_BYTES, flags);
    output(&record->head, sizeof(record->head) + text);
    return 1;
}

enum { MODE_WRITE = 2, MODE_CREATED = 0x100000 };

/* Whether a file lies below one of the directories that are watched. */
__attribute__((noinline)) int is_below(u64 dentry_at)
{
    struct dentry *dentry = (void *)dentry_at, *parent;
    struct place place;
    for (int i = 0; i < 24; i++) {
        place_of(&place, dentry);
        if (map_lookup(&prefixes, &place))
            return 1;
        parent = 0;
        get(parent, dentry, d_parent);
        if (!parent || parent == dentry)
            return 0;
        dentry = parent;
    }
    return 0;
}

INLINE int is_read_watched(struct path *path)
{
    struct name key = {};
    name_of(&key, path->dentry);
    return map_lookup(&reads, &key) != 0;
}

SEC("tracepoint/open") int opened(struct call_leave *context)
{
    struct task_struct *task = (void *)current_task();
    struct inode *inode = 0;
    struct super_block *block = 0;
    struct path path = {};
    u32 mode = 0;
    u16 kind = 0;
    if (context->ret < 0)
        return 0;
    struct file *file = file_of(task, context->ret);
    get(mode, file, f_mode);
    int writes = (mode & (MODE_WRITE | MODE_CREATED)) != 0;
    if (!is_wanted(writes ? EV_FILE : EV_READ))
        return 0;
    get(inode, file, f_inode);
    get(kind, inode, i_mode);
    if ((kind & 0170000) != 0100000)
        return 0;
    get(path, file, f_path);
    if (!writes && !is_read_watched(&path))
        return 0;
    u32 event = writes ? EV_FILE : EV_READ;
    if (!admit(event, current_pid_tgid() >> 32, uid_of(task), is_left_out(task)))
        return 0;
    if (writes && config.prefixes && !is_below((u64)path.dentry)) {
        count(event, FILTERED);
        return 0;
    }
    struct scratch *record = scratch(SCRATCH_OPEN);
    if (!record)
        return 0;
    identify(&record->head, task, KIND_OPEN, event);
    if (mode & MODE_CREATED)
        record->head.flags = FLAG_CREATED;
    struct open_body *body = &record->open;
    get(body->ino, inode, i_ino);
    get(block, inode, i_sb);
    get(body->dev, block, s_dev);
    body->mode = kind;
    get(body->flags, file, f_flags);
    body->unused = 0;
    u32 at = walk_path(SCRATCH_OPEN, sizeof(*body), &path, TEXT_WALK) & FAR;
    output(&record->head, sizeof(record->head) + at);
    return 0;
}

INLINE void credentials(struct entered *entered, struct task_struct *task)
{
    const struct cred *cred = 0;
    get(cred, task, cred);
    get(entered->uid, cred, uid);
    get(entered->gid, cred, gid);
    get(entered->euid, cred, euid);
    get(entered->egid, cred, egid);
    get(entered->cap, cred, cap_effective);
}

/* The beginning of any system call of the table: its arguments are kept until its end. */
SEC("tracepoint/call_enter") int call_enter(struct call_enter *context)
{
    u32 nr = context->nr;
    struct call *call = map_lookup(&calls, &nr);
    struct entered entered = {};
    if (!call || !call->known || !is_wanted(call->event & 31))
        return 0;
    u64 ids = current_pid_tgid();
    /* Calls with fewer than six arguments have a shorter context, behind which lies noise. */
    read_kernel(entered.args, 48, (u8 *)context + 16);
    if (call->mask && !(call->mask >> (entered.args[call->mask_arg & 7] & 63) & 1))
        return 0;
    if (call->flags & CALL_SELF && (u32)entered.args[call->self_arg & 7] == (u32)(ids >> 32))
        return 0;
    entered.nr = nr;
    if (call->flags & CALL_CRED)
        credentials(&entered, (void *)current_task());
    map_update(&entereds, &ids, &entered, 0);
    return 0;
}

INLINE u32 put_slot(struct task_struct *task, struct slot *slot, struct entered *entered, u32 at)
{
    struct path path = {};
    struct fs_struct *fs = 0;
    struct file *file;
    u64 arg = entered->args[slot->arg & 7];
    if (slot->kind == SLOT_NONE)
        return at;
    if (slot->kind == SLOT_FD) {
        file = file_of(task, arg);
        get(path, file, f_path);
        return walk_path(SCRATCH_CALL, at, &path, TEXT_WALK) & FAR;
    }
    if (slot->kind == SLOT_PATH) {
        u8 first = 0;
        read_user(&first, 1, (void *)arg);
        if (first != '/') {
            s32 dir = slot->dir < 6 ? (s32)entered->args[slot->dir & 7] : -100;
            if (dir == -100) {
                get(fs, task, fs);
                get(path, fs, pwd);
            } else {
                file = file_of(task, dir);
                get(path, file, f_path);
            }
            at = walk_path(SCRATCH_CALL, at, &path, TEXT_CWD) & FAR;
        }
    }
    return put_user(SCRATCH_CALL, at, arg, TEXT_USER) & FAR;
}

SEC("tracepoint/call_leave") int call_leave(struct call_leave *context)
{
    u64 ids = current_pid_tgid();
    u32 nr = context->nr;
    struct call *found = map_lookup(&calls, &nr);
    if (!found || !found->known)
        return 0;
    struct entered *kept = map_lookup(&entereds, &ids);
    if (!kept)
        return 0;
    struct entered entered = *kept, now = {};
    struct call call = *found;
    map_delete(&entereds, &ids);
    if (entered.nr != nr || (context->ret < 0 && !(call.flags & CALL_FAILED)))
        return 0;
    struct task_struct *task = (void *)current_task();
    if (call.flags & CALL_CRED) {
        credentials(&now, task);
        if (now.uid == entered.uid && now.gid == entered.gid && now.euid == entered.euid &&
            now.egid == entered.egid && now.cap == entered.cap)
            return 0;
    }
    u32 event = call.event & 31;
    struct scratch *record = scratch(SCRATCH_CALL);
    if (!record || !admit(event, ids >> 32, uid_of(task), event == EV_FILE && is_left_out(task)))
        return 0;
    identify(&record->head, task, KIND_CALL, event);
    struct call_body *body = &record->call;
    body->nr = nr;
    body->ret = context->ret;
    __builtin_memcpy(body->args, entered.args, sizeof(body->args));
    body->old_cap = entered.cap;
    body->new_cap = now.cap;
    body->old_uid = entered.uid;
    body->old_gid = entered.gid;
    body->old_euid = entered.euid;
    body->old_egid = entered.egid;
    u32 at = sizeof(*body);
    at = put_slot(task, &call.slot[0], &entered, at);
    at = put_slot(task, &call.slot[1], &entered, at);
    at = put_slot(task, &call.slot[2], &entered, at);
    output(&record->head, sizeof(record->head) + at);
    return 0;
}
