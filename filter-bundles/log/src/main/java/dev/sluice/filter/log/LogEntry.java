package dev.sluice.filter.log;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * One line of the log.
 *
 * @param connection its number; 0: none
 * @param id counts the requests of a connection; 0: none
 */
record LogEntry(Instant time, long connection, String action, Type type, long id, LogFields fields) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);

    /** Before a request, after it, or a line of its own. */
    enum Type {
        ENTER,
        LEAVE,
        PRINT
    }

    /** As nbdkit writes it, with the time in UTC and without the end of the line. */
    String line() {
        return TIME.format(time) + " " + message();
    }

    /** The line without the time. */
    String message() {
        StringBuilder s = new StringBuilder(80);
        if (connection > 0) {
            s.append("connection=").append(connection).append(' ');
        }
        s.append(type == Type.LEAVE ? "..." : "").append(action);
        if (id > 0) {
            s.append(" id=").append(id);
        }
        for (LogFields.Field f : fields.list()) {
            s.append(' ').append(f.name()).append('=').append(f.text());
        }
        return s.append(type == Type.ENTER ? " ..." : "").toString();
    }
}
