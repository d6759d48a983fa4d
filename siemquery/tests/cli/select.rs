//! Which events the options select.

use crate::world::world;

#[test]
fn match_options_are_or_among_themselves_and_and_with_each_other() {
    world(|world| {
        for (options, ids) in [
            (&[][..], &["1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2"][..]),
            (&["-s", "auth"], &["1.1", "1.2", "1.3", "1.4", "1.5"]),
            (&["-s", "auth", "-s", "web"], &["1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2"]),
            (&["--table", "Web"], &["2.1", "2.2"]),
            (&["--id", "1.2", "--id", "2.1"], &["1.2", "2.1"]),
            (&["--id", "9.9"], &[]),
            (&["--process", "SSHD"], &["1.1", "1.2", "1.3"]),
            (&["--process", "ssh%", "--process", "cro_"], &["1.1", "1.2", "1.3", "1.4"]),
            (&["--process", "ssh"], &[]),
            (&["--process", "sshd", "--pid", "102"], &["1.2"]),
            (&["--pid", "10_"], &["1.1", "1.2", "1.3", "1.4", "1.5"]),
            (&["--shost", "203.0.113.5"], &["1.1"]),
            (&["--shost", "::ffff:203.0.113.5"], &["1.1"]),
            (&["--shost", "203.0.113.0/24"], &["1.1", "1.2"]),
            (&["--shost", "203.0.113.%"], &["1.1", "1.2"]),
            (&["--shost", "web1"], &["2.2"]),
            (&["--shost", "web2", "--shost", "10.1.2.3"], &["1.3", "1.4"]),
            (&["--sport", "4711"], &["1.1"]),
            (&["--dhost", "10.0.0.1"], &["2.1"]),
            (&["--dport", "22"], &["2.1"]),
            (&["--protocol", "TCP"], &["2.1"]),
            (&["--grep", "PASSWORD"], &["1.1", "1.2", "1.3"]),
            (&["--grep", "root%port"], &["1.1"]),
            (&["--grep", "checkpoint", "--grep", "started"], &["1.5", "2.2"]),
            (&["--grep", "漢"], &["2.2"]),
        ] {
            assert_eq!(world.ids(options), ids, "{options:?}");
        }
    });
}

#[test]
fn excluding_keeps_events_without_the_field() {
    world(|world| {
        for (options, ids) in [
            (&["--rprocess", "sshd", "--rprocess", "cron"][..], &["1.5", "2.1", "2.2"][..]),
            (&["--rsport", "4711", "-s", "auth"], &["1.2", "1.3", "1.4", "1.5"]),
            (&["--rpid", "101", "--rpid", "105"], &["1.2", "1.3", "1.4", "2.1", "2.2"]),
            (&["--rshost", "203.0.113.%", "-s", "auth"], &["1.3", "1.4", "1.5"]),
            (&["--rdhost", "10.0.0.1", "-s", "web"], &["2.2"]),
            (&["--rdport", "22", "-s", "web"], &["2.2"]),
            (&["--rprotocol", "tcp", "-s", "web"], &["2.2"]),
            (&["--rgrep", "password", "--rgrep", "checkpoint", "-s", "auth"], &["1.4"]),
        ] {
            assert_eq!(world.ids(options), ids, "{options:?}");
        }
    });
}

#[test]
fn conditions_and_times() {
    world(|world| {
        for (options, ids) in [
            (&["--where", "process.name = sshd and not user.name = root"][..], &["1.2", "1.3"][..]),
            (&["-w", "source.ip in (10.0.0.0/8, 203.0.113.5)"], &["1.1", "1.3"]),
            (&["-w", "message ~ '(?i)^failed' or keyword \"IN=eth0\""], &["1.1", "1.2", "2.1"]),
            (&["-w", "process.pid >= 104 and process.pid < 200"], &["1.4", "1.5"]),
            (&["-w", "@timestamp = 2026-08-02 and host = db1"], &["1.5"]),
            (&["-w", "source.ip not exists", "-s", "auth"], &["1.4", "1.5"]),
            (&["-S", "2026-08-02", "--utc"], &["1.5", "2.1", "2.2"]),
            (&["-S", "2026-08-01 10:05", "-U", "2026-08-01 10:10", "--utc"], &["1.2"]),
            (&["-S", "2026-08-02", "-U", "2026-08-02 10:01", "--tz", "+0100"], &["1.5"]),
            (&["-U", "@1785578700"], &["1.1"]),
            (&["--range", "20260801-20260801", "--utc"], &["1.1", "1.2", "1.3", "1.4"]),
            (&["--range", "202608011005-202608011010", "--utc"], &["1.2", "1.3"]),
            (&["--range", "260801100500-260801100500", "--utc"], &["1.2"]),
            (&["--last", "1s"], &[]),
            (&["-n", "2"], &["2.1", "2.2"]),
            (&["-n", "2", "--reverse"], &["2.2", "2.1"]),
            (&["-n", "0"], &["1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2"]),
        ] {
            assert_eq!(world.ids(options), ids, "{options:?}");
        }
    });
}

#[test]
fn what_is_around_an_event() {
    world(|world| {
        let around = |options: &[&str]| {
            let output =
                world.query(options).args(["-o", "tsv", "--fields", "event.id,around"]).run();
            output.success().stdout.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(around(&["--around", "1.2"]), ["1.1\t-4m59s", "1.2\there", "1.3\t+5m00s"]);
        assert_eq!(
            around(&["--around", "1.2", "--span", "5m", "--same", "host"]),
            ["1.1\t-4m59s", "1.2\there"]
        );
        assert_eq!(
            around(&["--around", "1.2", "--span", "1d", "-n", "2"]),
            ["1.1\t-4m59s", "1.2\there"]
        );
        assert_eq!(
            around(&["--around", "1.2", "--span", "1d", "-w", "process = cron"]),
            ["1.4\t+55m00s"]
        );
        let output = world.run(&["--around", "1.2", "--same", "destination.ip"]).expect_code(2);
        assert_eq!(output.stderr, "siemquery: --same: 1.2 has no destination.ip\n");
    });
}

#[test]
fn sets_are_looked_into() {
    world(|world| {
        let url = store::Url::parse(Some(world.url)).expect("a URL");
        let mut store = store::open(&url, store::Create::Never).expect("a database");
        let set = |name: &str, values: &[&str]| {
            let values = values.iter().map(|it| (*it).to_owned());
            common::filter::Set::new(name, values).expect("a set")
        };
        let (bad, users) = (set("bad", &["203.0.113.0/29", "10.1.2.3"]), set("users", &["MIA"]));
        store.put_sets(&[&bad, &users]).expect("sets");
        let ids = |filter: &str| world.ids(&["--where", filter]);
        assert_eq!(ids("source.ip in set:bad"), ["1.1", "1.2", "1.3"]);
        assert_eq!(ids("source.ip not in set:bad and source.ip exists"), ["2.1"]);
        assert_eq!(ids("user.name in set:users"), ["1.3"]);
        assert_eq!(ids("message contains_set users"), ["1.3"]);
        let count = world.run(&["--count", "--where", "user.name in set:users"]).success();
        assert_eq!(count.stdout, "1\n");
        let missing = world.run(&["--where", "user.name in set:user"]);
        assert_eq!(missing.code, 2);
        assert!(missing.stderr.contains("did you mean \"users\"?"), "{}", missing.stderr);

        let directory = testkit::temp_dir();
        let file = directory.path().join("r.yml");
        let rule = "title: T\nlogsource: {service: sshd}\ndetection:\n  s:\n    \
            user.name|expand: '%users%'\n  condition: s\n";
        std::fs::write(&file, rule).expect("a file");
        assert_eq!(world.ids(&["--sigma", &file.display().to_string()]), ["1.3"]);
    });
}
