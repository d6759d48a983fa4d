-- Events in, in PostgreSQL's binary format.
COPY event (batch, seq, time, time_quality, section, host_name, labels, dataset, event_category,
    event_action, event_outcome, event_code, log_facility, log_severity, process_name, process_pid,
    process_executable, process_command_line, user_name, user_target_name, source_ip, source_port,
    destination_ip, destination_port, network_transport, message, raw, raw_kind, eol, helper,
    log_offset, tags, ext)
FROM STDIN (FORMAT binary)
