package dev.sluice.core.transmission;

import dev.sluice.api.MetaContext;
import dev.sluice.core.export.FuzzExports;
import dev.sluice.core.export.OpenConnection;
import dev.sluice.core.handshake.NegotiatedSession;
import dev.sluice.core.handshake.TransmissionFlags;
import dev.sluice.fuzz.Check;
import dev.sluice.fuzz.FuzzTarget;
import dev.sluice.fuzz.InlinePlatform;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The transmission phase on one thread. Three bytes choose what was negotiated, the disk, and the pieces in which bytes come
 * and go; behind them stands what the client says, either as it is or ({@link #requests}) as a list of requests, whose
 * headers are made here.
 */
public final class TransmissionFuzz implements FuzzTarget {
    private static final int CONFIGURATION = 3;
    private static final int[] PIECES = {1 << 20, 1, 7, 28, 32, 100, 4096, 70_000};
    private static final int REQUEST = 7;
    private static final int[] TYPES = {0, 1, 3, 4, 5, 6, 7, 1, 0, 6, 7, 1, 0, 9, 2, 1};
    private final boolean framed;
    private final InlinePlatform platform = new InlinePlatform();
    private final Map<FuzzDisk.Ability, FuzzDisk> disks = new EnumMap<>(FuzzDisk.Ability.class);
    private final Map<FuzzDisk.Ability, FuzzExports> exports = new EnumMap<>(FuzzDisk.Ability.class);

    private TransmissionFuzz(boolean framed) {
        this.framed = framed;
        for (FuzzDisk.Ability ability : FuzzDisk.Ability.values()) {
            FuzzDisk disk = new FuzzDisk(ability);
            disks.put(ability, disk);
            exports.put(ability, new FuzzExports(platform, () -> disk::opened));
        }
    }

    /** Any bytes. */
    public static TransmissionFuzz raw() {
        return new TransmissionFuzz(false);
    }

    /** Requests, most of which are valid. */
    public static TransmissionFuzz requests() {
        return new TransmissionFuzz(true);
    }

    @Override
    public void test(byte[] input) throws IOException {
        if (input.length < CONFIGURATION) {
            return;
        }
        boolean extended = (input[0] & 3) == 2;
        boolean structured = extended || (input[0] & 3) == 1;
        int contexts = structured ? (input[0] >> 2 & 3) % 3 : 0;
        FuzzDisk.Ability ability = FuzzDisk.Ability.values()[(input[0] >> 4 & 3) % 3];
        byte[] rest = Arrays.copyOfRange(input, CONFIGURATION, input.length);
        byte[] said = framed ? frame(rest, extended) : rest;
        FuzzDisk disk = disks.get(ability);
        disk.clear();
        FuzzExports export = exports.get(ability);
        OpenConnection open = export.open();
        List<NegotiatedSession.Selected> selected = new ArrayList<>();
        for (int i = 0; i < contexts; i++) {
            selected.add(new NegotiatedSession.Selected(i + 1, i == 0 ? MetaContext.BASE_ALLOCATION : FuzzDisk.OTHER));
        }
        NegotiatedSession session = new NegotiatedSession(open,
                TransmissionFlags.of(open.info(), structured, extended, contexts > 0), structured, extended, selected);
        BytesWire wire = new BytesWire(said, PIECES[input[1] & 7], PIECES[input[2] & 7]);
        int[] ended = new int[1];
        Watcher watcher = new Watcher(platform);
        Transmission transmission = new Transmission(wire, session, export.services, watcher, new HotSlots(4, 1), "fuzz",
                (input[2] & 8) == 0 ? 16 : 1, 1 << 20, () -> ended[0]++);
        transmission.run();
        wire.serve();
        watcher.close();
        Check.same(1, ended[0], "how often the connection ended");
        Check.that(wire.isClosed(), () -> "the connection was not closed");
        Check.same(0, transmission.callsInFlight(), "calls under way");
        export.assertNothingLeaked();
        new TransmissionCheck(structured, extended, contexts, ability, said, wire.output()).check(disk.bytes());
    }

    /** Of a request: type, flags, two bytes of offset and two of length in units that a third one says. */
    private static byte[] frame(byte[] rest, boolean extended) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (int at = 0; at + REQUEST <= rest.length; at += REQUEST) {
            int type = TYPES[rest[at] & 15];
            int flags = rest[at + 1] & 0xff;
            // most of the flags are no use to most of the types
            flags = (rest[at] & 0x80) != 0 ? flags : flags & (type == 6 ? 3 : type == 7 ? 8 : 1) & ~(extended ? 0 : 32);
            int scale = rest[at + 6] & 7;
            long offset = (rest[at + 2] & 0xffL) << 8 | rest[at + 3] & 0xffL;
            long length = ((rest[at + 4] & 0xffL) << 8 | rest[at + 5] & 0xffL) >> scale;
            if (type == 3) {
                offset = 0;
                length = 0;
            } else if (scale == 7) {
                offset = offset << 48;
            }
            boolean payload = type == 1 && (!extended || (rest[at + 6] & 0x80) == 0);
            out.writeInt(extended ? 0x21e41c71 : 0x25609513);
            out.writeShort(flags | (payload && extended ? 32 : 0));
            out.writeShort(type);
            out.writeLong(at);
            out.writeLong(offset);
            if (extended) {
                out.writeLong(length);
            } else {
                out.writeInt((int) length);
            }
            if (payload) {
                byte[] data = new byte[(int) length];
                Arrays.fill(data, rest[at + 5]);
                out.write(data);
            }
        }
        return bytes.toByteArray();
    }
}
