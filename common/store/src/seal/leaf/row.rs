//! The columns of an event in the order of their numbers, as both forms of a leaf take them.
//!
//! What it does *not* know: what becomes of them.

use common::event::Event;
use std::net::IpAddr;

/// What takes an event's columns. Numbers of columns are known when this is compiled.
pub(super) trait Columns {
    /// A number, 64 bits.
    fn number(&mut self, column: usize, value: Option<i64>);
    /// A text, or bytes.
    fn text(&mut self, column: usize, value: Option<&[u8]>);
}

/// Shows an event's columns, a flat list of `COLUMNS`. `json` is memory to write in.
#[inline(always)]
pub(super) fn show(event: &Event<'_>, json: &mut Vec<u8>, to: &mut impl Columns) {
    to.number(0, Some(event.time.0));
    to.number(1, Some(event.time_quality as i64));
    to.text(2, Some(event.section.as_bytes()));
    to.text(3, Some(event.host_name.as_bytes()));
    to.text(4, Some(event.labels.as_bytes()));
    to.text(5, bytes(event.dataset.as_deref()));
    to.text(6, bytes(event.event_category.as_deref()));
    to.text(7, bytes(event.event_action.as_deref()));
    to.text(8, bytes(event.event_outcome.as_deref()));
    to.text(9, bytes(event.event_code.as_deref()));
    to.number(10, event.log_facility.map(i64::from));
    to.number(11, event.log_severity.map(i64::from));
    to.text(12, bytes(event.process_name.as_deref()));
    to.number(13, event.process_pid);
    to.text(14, bytes(event.process_executable.as_deref()));
    to.text(15, bytes(event.process_command_line.as_deref()));
    to.text(16, bytes(event.user_name.as_deref()));
    to.text(17, bytes(event.user_target_name.as_deref()));
    to.text(18, event.source_ip.map(octets).as_ref().map(<[u8; 16]>::as_slice));
    to.number(19, event.source_port.map(i64::from));
    to.text(20, event.destination_ip.map(octets).as_ref().map(<[u8; 16]>::as_slice));
    to.number(21, event.destination_port.map(i64::from));
    to.text(22, bytes(event.network_transport.as_deref()));
    to.text(23, Some(event.message.as_bytes()));
    to.text(24, Some(&event.raw));
    to.number(25, Some(event.raw_kind as i64));
    to.number(26, Some(event.eol as i64));
    to.text(27, bytes(event.helper.as_deref()));
    to.number(28, Some(event.log_offset));
    match event.tags.as_slice() {
        [] => to.text(29, None),
        [tag] => to.text(29, Some(tag.as_bytes())),
        tags => to.text(29, Some(tags.join(" ").as_bytes())),
    }
    if event.ext.is_empty() {
        to.text(30, None);
    } else {
        json.clear();
        event.ext.write_json(json);
        to.text(30, Some(json));
    }
}

fn bytes(text: Option<&str>) -> Option<&[u8]> {
    text.map(str::as_bytes)
}

fn octets(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    }
}
