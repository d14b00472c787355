package dev.sluice.core.handshake;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.ClientInfo;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Support;
import dev.sluice.core.export.ExportDirectory;
import dev.sluice.core.export.OpenExport;
import dev.sluice.fuzz.Check;
import java.util.List;

/** Exports of all sorts, among them those whose names and descriptions the protocol can't carry. */
final class FuzzDirectory implements ExportDirectory {
    private static final DeviceInfo PLAIN = DeviceInfo.writable(1 << 20).flush(true).trim(true).zero(Support.NATIVE).build();
    private static final DeviceInfo BLOCKS = DeviceInfo.readOnly(1 << 30).blockSizes(new BlockSizes(4096, 65536, 1 << 20)).build();
    private static final List<ExportInfo> LIST = List.of(new ExportInfo("disk", "a disk"), new ExportInfo("", "x".repeat(5000)),
            new ExportInfo("y".repeat(4097), ""), new ExportInfo("z".repeat(4096), "z".repeat(4096)), new ExportInfo("\ud800", "\ud800"));
    private int open;

    @Override
    public List<ExportInfo> list(ClientInfo client) {
        return LIST;
    }

    @Override
    public OpenExport open(String name, ClientInfo client, SessionControl session) throws NbdException {
        DeviceInfo info = switch (name) {
            case "disk", "" -> PLAIN;
            case "blocks" -> BLOCKS;
            case "leaving" -> throw new NbdException(NbdError.ESHUTDOWN, "it is leaving\nsoon");
            case "broken" -> throw new NbdException(NbdError.EIO, "\ud800 broken");
            default -> throw new NbdException(NbdError.EINVAL, "there is no export '" + name + "'");
        };
        open++;
        return new Handle(name.isEmpty() ? "\ud800" : name, info);
    }

    /** How many are open. */
    int open() {
        return open;
    }

    private final class Handle implements OpenExport {
        private final String name;
        private final DeviceInfo info;
        private boolean closed;

        Handle(String name, DeviceInfo info) {
            this.name = name;
            this.info = info;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public DeviceInfo info() {
            Check.that(!closed, () -> "an export is used after it was closed");
            return info;
        }

        @Override
        public String description() throws NbdException {
            if (info == BLOCKS) {
                throw new NbdException(NbdError.EIO, "no description");
            }
            return "a disk";
        }

        @Override
        public List<MetaContext> contexts() {
            Check.that(!closed, () -> "an export is used after it was closed");
            return List.of(new MetaContext("x-a:1"), new MetaContext("x-a:2"), new MetaContext("x:" + "q".repeat(4100)));
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                open--;
            }
        }
    }
}
