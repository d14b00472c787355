package dev.sluice.daemon;

import dev.sluice.api.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The server's directory for the shell's {@code --save}: a service of a JDK type with the property
 * {@code dev.sluice.directory=true}; {@code dev.sluice.shell.AdminStore} describes the words.
 */
final class DirectoryService implements BiFunction<String, Object, Object> {
    static final String PROPERTY = "dev.sluice.directory";
    private static final long LARGEST = 256L << 20;

    private final Path root;
    private final ConfigDirectory configurations;

    DirectoryService(Path root, ConfigDirectory configurations) {
        this.root = root;
        this.configurations = configurations;
    }

    @Override
    public Object apply(String word, Object value) {
        try {
            return switch (word) {
                case "directory" -> root.toString();
                case "save" -> configurations.save((String) value);
                case "delete" -> configurations.delete((String) value);
                case "incoming" -> incoming((String) value).toString();
                case "keep" -> keep(Path.of((String) value));
                case "discard" -> {
                    Files.deleteIfExists(Path.of((String) value));
                    yield null;
                }
                default -> throw new IllegalArgumentException("the server's directory does not know the word " + word);
            };
        } catch (IOException e) {
            throw new ConfigException(e.getMessage() == null ? e.getClass().getName() : e.getMessage(), e);
        }
    }

    /** A copy in bundles/ under a name that nobody looks at. */
    private Path incoming(String location) throws IOException {
        Path copy = Replacing.fresh(root.resolve("bundles").resolve("incoming.jar"));
        try (InputStream in = open(location); var channel = Replacing.open(copy); var out = Channels.newOutputStream(channel)) {
            byte[] piece = new byte[64 << 10];
            long size = 0;
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                size += n;
                if (size > LARGEST) {
                    throw new IOException(location + ": is larger than " + LARGEST + " bytes");
                }
                out.write(piece, 0, n);
            }
            channel.force(true);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(copy);
            throw e instanceof IOException && e.getMessage() != null && e.getMessage().startsWith(location) ? (IOException) e
                    : new IOException(location + ": can't be read: " + e.getClass().getSimpleName() + " " + e.getMessage(), e);
        }
        String name = Jars.symbolicName(copy).orElse("");
        Optional<Path> hot = name.isEmpty() ? Optional.empty() : find("deploy", name);
        if (name.isEmpty() || hot.isPresent()) {
            Files.delete(copy);
            throw new IOException(name.isEmpty() ? location + ": is no bundle"
                    : "--save: " + name + " comes from deploy/" + hot.get().getFileName() + "; copy the new bundle over that file instead");
        }
        return copy;
    }

    private static InputStream open(String location) throws IOException {
        return location.indexOf(':') < 2 ? Files.newInputStream(Path.of(location)) : URI.create(location).toURL().openStream();
    }

    private Optional<Path> find(String directory, String symbolicName) throws IOException {
        for (Path jar : Jars.in(root.resolve(directory))) {
            if (Jars.symbolicName(jar).filter(symbolicName::equals).isPresent()) {
                return Optional.of(jar);
            }
        }
        return Optional.empty();
    }

    private String keep(Path copy) throws IOException {
        String name = Jars.symbolicName(copy)
                .orElseThrow(() -> new IOException("bundles/" + copy.getFileName() + ": is no bundle any more"));
        Path place = root.resolve("bundles").resolve(name + "-" + Jars.version(copy).orElse("0") + ".jar");
        Optional<Path> old = find("bundles", name);
        Replacing.move(copy, place);
        if (old.isPresent() && !old.get().equals(place)) {
            Files.deleteIfExists(old.get());
        }
        return "bundles/" + place.getFileName();
    }
}
