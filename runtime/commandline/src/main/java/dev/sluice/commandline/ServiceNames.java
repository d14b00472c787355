package dev.sluice.commandline;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** TCP ports by number or by their name in {@code /etc/services}; the JDK can't look names up. */
final class ServiceNames {
    private final Path services;

    ServiceNames(Path services) {
        this.services = services;
    }

    /**
     * The port.
     *
     * @throws UsageException if it is neither a number up to 65535 nor a name in the file
     */
    int port(String text) throws UsageException {
        if (!text.isEmpty() && text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            int port = Integer.parseInt(text);
            if (port <= 65535) {
                return port;
            }
            throw UsageException.error("-p " + text + ": a port lies between 0 and 65535");
        }
        OptionalInt named = lookUp(text);
        if (named.isEmpty()) {
            throw UsageException.error("-p " + Shell.visible(text) + ": neither a port nor the name of a TCP service in " + services);
        }
        return named.getAsInt();
    }

    private OptionalInt lookUp(String name) {
        List<String> lines;
        try {
            lines = Files.readAllLines(services, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // a system without the file has no names; the caller says where they would be
            return OptionalInt.empty();
        }
        for (String line : lines) {
            String[] fields = line.replaceFirst("#.*", "").strip().split("\\s+");
            boolean tcp = fields.length > 1 && fields[1].matches("\\d{1,5}/tcp");
            if (tcp && (fields[0].equals(name) || Arrays.asList(fields).subList(2, fields.length).contains(name))) {
                return OptionalInt.of(Integer.parseInt(fields[1].substring(0, fields[1].indexOf('/'))));
            }
        }
        return OptionalInt.empty();
    }
}
