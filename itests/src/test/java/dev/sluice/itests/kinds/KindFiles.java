package dev.sluice.itests.kinds;

import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files that the chains of {@link KindCases} name. */
final class KindFiles {
    private static final String SCRIPT = """
            #!/bin/sh
            case "$1" in
                open) [ -f "$tmpdir/disk" ] || truncate -s 1M "$tmpdir/disk" ;;
                get_size) echo 1M ;;
                can_write | can_flush | can_multi_conn | flush) exit 0 ;;
                pread) dd if="$tmpdir/disk" skip="$4" count="$3" iflag=skip_bytes,count_bytes 2>/dev/null ;;
                pwrite) dd of="$tmpdir/disk" seek="$4" conv=notrunc oflag=seek_bytes 2>/dev/null ;;
                *) exit 2 ;;
            esac
            """;
    private static final String RAM = """
            import dev.sluice.api.*;
            import java.io.IOException;
            import java.nio.ByteBuffer;
            import java.util.Map;
            import java.util.Optional;

            @Parameter(name = "size", type = ParameterType.SIZE, magic = true, required = true, help = "size of the disk")
            class Ram implements NbdDevice {
                byte[] disk;

                Ram(Parameters parameters) {
                    disk = new byte[Math.toIntExact(parameters.size("size"))];
                }

                public DeviceInfo info() {
                    return DeviceInfo.writable(disk.length).flush(true).multiConn(true).build();
                }

                public synchronized void read(long offset, int length, ReadReply reply) throws IOException {
                    reply.buffer(length).put(disk, (int) offset, length);
                }

                public synchronized void write(long offset, ByteBuffer data, Flags flags) {
                    data.get(disk, (int) offset, data.remaining());
                }

                public void flush() {
                }

                public Optional<HandOver> release() {
                    return Optional.of(new HandOver("ram", 1, Map.of("disk", disk)));
                }

                public void adopt(HandOver state) {
                    disk = (byte[]) state.state().get("disk");
                }
            }
            """;

    private KindFiles() {
    }

    /** Writes them into a directory. */
    static void write(Path directory) throws IOException {
        Files.createDirectories(directory.resolve("disks"));
        for (String name : new String[] {"disk", "part1", "part2", "split1", "split2"}) {
            Files.write(directory.resolve(name), Pattern.bytes(name.hashCode(), 0, 2 * Wire.MIB));
        }
        Files.writeString(directory.resolve("extents"), "0 64K\n64K 64K hole,zero\n128K 3M 0\n");
        Files.writeString(directory.resolve("disk.sh"), SCRIPT).toFile().setExecutable(true);
        Files.writeString(directory.resolve("Ram.java"), RAM);
    }
}
