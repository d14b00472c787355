package dev.sluice.core.handshake;

import dev.sluice.core.protocol.Magic;
import dev.sluice.core.protocol.OptionCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What a client says, written from the specification. */
final class ClientScript {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** A client that speaks fixed newstyle without padding. */
    static ClientScript fixed() {
        return flags(3);
    }

    static ClientScript flags(int flags) {
        return new ClientScript().raw(new Payload().u32(flags).bytes());
    }

    /** What follows STARTTLS: no flags. */
    static ClientScript encrypted() {
        return new ClientScript();
    }

    ClientScript raw(byte[] raw) {
        bytes.writeBytes(raw);
        return this;
    }

    ClientScript option(int option, byte[] payload) {
        return option(option, payload.length, payload);
    }

    /** An option whose length is a lie. */
    ClientScript option(int option, long claimed, byte[] payload) {
        return raw(new Payload().u64(Magic.IHAVEOPT).u32(option).u32(claimed).bytes()).raw(payload);
    }

    ClientScript option(int option) {
        return option(option, new byte[0]);
    }

    ClientScript option(int option, Payload payload) {
        return option(option, payload.bytes());
    }

    ClientScript exportName(String name) {
        return option(OptionCode.EXPORT_NAME, name.getBytes(StandardCharsets.UTF_8));
    }

    ClientScript abort() {
        return option(OptionCode.ABORT);
    }

    ClientScript info(String name, int... requests) {
        return option(OptionCode.INFO, ask(name, requests));
    }

    ClientScript go(String name, int... requests) {
        return option(OptionCode.GO, ask(name, requests));
    }

    ClientScript structured() {
        return option(OptionCode.STRUCTURED_REPLY);
    }

    ClientScript extended() {
        return option(OptionCode.EXTENDED_HEADERS);
    }

    ClientScript listContexts(String name, String... queries) {
        return option(OptionCode.LIST_META_CONTEXT, query(name, queries));
    }

    ClientScript setContexts(String name, String... queries) {
        return option(OptionCode.SET_META_CONTEXT, query(name, queries));
    }

    static Payload ask(String name, int... requests) {
        Payload p = new Payload().string(name).u16(requests.length);
        for (int r : requests) {
            p.u16(r);
        }
        return p;
    }

    static Payload query(String name, String... queries) {
        Payload p = new Payload().string(name).u32(queries.length);
        for (String q : queries) {
            p.string(q);
        }
        return p;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    InputStream stream() {
        return new ByteArrayInputStream(bytes());
    }

    /** Big-endian bytes. */
    static final class Payload {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream out = new DataOutputStream(bytes);

        Payload u16(int value) {
            return put(() -> out.writeShort(value));
        }

        Payload u32(long value) {
            return put(() -> out.writeInt((int) value));
        }

        Payload u64(long value) {
            return put(() -> out.writeLong(value));
        }

        Payload string(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            return u32(utf8.length).raw(utf8);
        }

        Payload raw(byte[] raw) {
            return put(() -> out.write(raw));
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }

        private Payload put(Write write) {
            try {
                write.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return this;
        }

        private interface Write {
            void run() throws IOException;
        }
    }
}
