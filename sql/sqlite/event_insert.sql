-- One event. The parameters stand in the order of the columns.
INSERT INTO event (
    id, time, time_quality, section, host_name, labels, dataset, event_category, event_action,
    event_outcome, event_code, log_facility, log_severity, process_name, process_pid,
    process_executable, process_command_line, user_name, user_target_name, source_ip, source_port,
    destination_ip, destination_port, network_transport, raw_kind, eol, helper, log_offset, tags,
    ext, message, raw
) VALUES (
    ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
)
