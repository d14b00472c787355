package dev.sluice.core.handshake;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.export.ExportDirectory;
import dev.sluice.core.export.OpenExport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Exports without layers, which count how often they are open. */
final class FakeDirectory implements ExportDirectory {
    static final long SIZE = 1 << 20;

    private final Map<String, FakeExport> exports = new HashMap<>();
    private final Map<String, NbdException> refusals = new HashMap<>();
    private final List<String> opened = new ArrayList<>();
    private List<ExportInfo> list = List.of();
    private IOException listFailure;
    private int open;
    private int lists;

    FakeDirectory() {
        add("disk");
    }

    /** A writable megabyte. */
    FakeExport add(String name) {
        FakeExport export = new FakeExport(name);
        exports.put(name, export);
        return export;
    }

    void refuse(String name, NbdError error, String text) {
        refusals.put(name, new NbdException(error, text));
    }

    void remove(String name) {
        exports.remove(name);
    }

    void list(ExportInfo... entries) {
        list = List.of(entries);
    }

    void list(List<ExportInfo> entries) {
        list = entries;
    }

    void failList(IOException failure) {
        listFailure = failure;
    }

    FakeExport get(String name) {
        return exports.get(name);
    }

    /** Names as they were opened. */
    List<String> opened() {
        return opened;
    }

    /** How many are open now. */
    int open() {
        return open;
    }

    int lists() {
        return lists;
    }

    @Override
    public List<ExportInfo> list(ClientInfo client) throws IOException {
        lists++;
        if (listFailure != null) {
            throw listFailure;
        }
        return list;
    }

    @Override
    public OpenExport open(String name, ClientInfo client, SessionControl session) throws NbdException {
        if (refusals.containsKey(name)) {
            throw refusals.get(name);
        }
        FakeExport export = exports.get(name);
        if (export == null) {
            throw new NbdException(NbdError.EINVAL, "there is no export '" + name + "'");
        }
        opened.add(name);
        open++;
        return export.handle();
    }

    /** What an export looks like; every opening is a handle on it. */
    final class FakeExport {
        private String name;
        private DeviceInfo info = DeviceInfo.writable(SIZE).build();
        private String description = "";
        private NbdException descriptionFailure;
        private List<MetaContext> contexts = List.of();

        private FakeExport(String name) {
            this.name = name;
        }

        /** The name it has for itself, where it is opened by another. */
        FakeExport called(String own) {
            name = own;
            return this;
        }

        FakeExport info(DeviceInfo value) {
            info = value;
            return this;
        }

        FakeExport description(String text) {
            description = text;
            return this;
        }

        FakeExport failDescription(NbdException failure) {
            descriptionFailure = failure;
            return this;
        }

        FakeExport contexts(String... names) {
            contexts = List.of(names).stream().map(MetaContext::new).toList();
            return this;
        }

        private OpenExport handle() {
            return new OpenExport() {
                private boolean closed;

                @Override
                public String name() {
                    return name;
                }

                @Override
                public DeviceInfo info() {
                    if (closed) {
                        throw new IllegalStateException("used after close");
                    }
                    return info;
                }

                @Override
                public String description() throws NbdException {
                    if (descriptionFailure != null) {
                        throw descriptionFailure;
                    }
                    return description;
                }

                @Override
                public List<MetaContext> contexts() {
                    if (closed) {
                        throw new IllegalStateException("used after close");
                    }
                    return contexts;
                }

                @Override
                public void close() {
                    if (!closed) {
                        closed = true;
                        open--;
                    }
                }
            };
        }
    }
}
