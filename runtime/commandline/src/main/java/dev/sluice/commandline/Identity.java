package dev.sluice.commandline;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** The user and the group that the server becomes when its sockets are bound, {@code -u} and {@code -g}. */
final class Identity {
    private final SystemCalls calls;
    private final OptionalInt user;
    private final OptionalInt group;

    /**
     * Looks the names up.
     *
     * @throws UsageException with nbdkit's text if one is no name and no number
     */
    Identity(Settings settings, SystemCalls calls) throws UsageException {
        this.calls = calls;
        this.user = settings.has(Option.USER) ? user(settings.value(Option.USER).orElse("")) : OptionalInt.empty();
        this.group = settings.has(Option.GROUP) ? group(settings.value(Option.GROUP).orElse("")) : OptionalInt.empty();
    }

    private OptionalInt user(String name) throws UsageException {
        OptionalInt id = isNumber(name) ? OptionalInt.of(Integer.parseUnsignedInt(name)) : calls.userId(name);
        if (id.isEmpty()) {
            throw UsageException.of("-u option: " + name + " is not a valid user name or uid");
        }
        return id;
    }

    private OptionalInt group(String name) throws UsageException {
        OptionalInt id = isNumber(name) ? OptionalInt.of(Integer.parseUnsignedInt(name)) : calls.groupId(name);
        if (id.isEmpty()) {
            throw UsageException.of("-g option: " + name + " is not a valid group name or gid");
        }
        return id;
    }

    private static boolean isNumber(String name) {
        return !name.isEmpty() && name.length() <= 10 && name.chars().allMatch(c -> c >= '0' && c <= '9')
                && Long.parseLong(name) < 0xffff_ffffL;
    }

    /** Whether there is anything to become. */
    boolean changes() {
        return user.isPresent() || group.isPresent();
    }

    /**
     * Becomes them, the group first: the user may not any more.
     *
     * @param own files of this process, which go to the user
     * @throws UsageException if the system refuses
     */
    void take(Path own) throws UsageException {
        try {
            if (user.isPresent()) {
                for (Path file : files(own)) {
                    give(file, user.getAsInt());
                }
            }
            if (group.isPresent()) {
                calls.becomeGroup(group.getAsInt());
            }
            if (user.isPresent()) {
                calls.becomeUser(user.getAsInt());
            }
        } catch (IOException e) {
            throw UsageException.error(e.getMessage());
        }
    }

    /** Files come and go meanwhile, as configurations are stored. */
    private void give(Path file, int to) throws IOException {
        try {
            calls.chown(file, to);
        } catch (IOException e) {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw e;
            }
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        List<Path> all = new ArrayList<>();
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) {
                all.add(visited);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path visited, BasicFileAttributes attributes) {
                all.add(visited);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path visited, IOException e) throws IOException {
                if (e instanceof NoSuchFileException && !visited.equals(directory)) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
        return all;
    }
}
