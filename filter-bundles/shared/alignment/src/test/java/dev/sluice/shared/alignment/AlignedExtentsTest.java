package dev.sluice.shared.alignment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.contract.RecordingSink;
import dev.sluice.api.contract.RecordingSink.Extent;
import dev.sluice.api.contract.SeededRandom;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlignedExtentsTest {
    private final List<String> calls = new ArrayList<>();

    /** A device whose bytes have these statuses; answers at most {@code atOnce} extents to each request. */
    private NbdDevice device(byte[] statuses, int atOnce) {
        return new NbdDevice() {
            @Override
            public DeviceInfo info() {
                return DeviceInfo.readOnly(statuses.length).extents(true).build();
            }

            @Override
            public void read(long offset, int length, ReadReply reply) {
                throw new AssertionError("nobody reads");
            }

            @Override
            public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws NbdException {
                calls.add((offset + "+" + length + " " + flags).trim());
                int at = (int) offset;
                for (int i = 0; i < (flags.reqOne() ? 1 : atOnce) && at < offset + length; i++) {
                    int end = at + 1;
                    while (end < statuses.length && statuses[end] == statuses[at]) {
                        end++;
                    }
                    if (!sink.extent(at, end - at, statuses[at])) {
                        return;
                    }
                    at = end;
                }
            }
        };
    }

    private static byte[] statuses(String text) {
        byte[] all = new byte[text.length()];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) (text.charAt(i) - '0');
        }
        return all;
    }

    private List<Extent> report(NbdDevice device, long block, long most, long offset, long length, Flags flags) throws IOException {
        long size = device.info().size();
        RecordingSink sink = new RecordingSink(offset, length, size, flags.reqOne());
        new AlignedExtents(device, block, size, most).report(offset, length, flags, sink);
        sink.assertCovered();
        return sink.extents();
    }

    @Test
    void alignedExtentsPassAsTheyAre() throws Exception {
        var e = report(device(statuses("0000333300001111"), 99), 4, 16, 0, 16, Flags.NONE);
        assertEquals(List.of(new Extent(0, 4, 0), new Extent(4, 4, 3), new Extent(8, 4, 0), new Extent(12, 4, 1)), e);
        assertEquals(List.of("0+16"), calls);
    }

    @Test
    void aBlockHasWhatItsPartsHaveInCommon() throws Exception {
        var e = report(device(statuses("0033333233313331"), 99), 4, 16, 0, 16, Flags.NONE);
        assertEquals(List.of(new Extent(0, 4, 0), new Extent(4, 4, 2), new Extent(8, 8, 1)), e);
    }

    @Test
    void aRangeIsWidenedToWholeBlocks() throws Exception {
        var e = report(device(statuses("3333003333333"), 99), 4, 64, 5, 4, Flags.NONE);
        assertEquals(List.of(new Extent(5, 3, 0), new Extent(8, 5, 3)), e);
        assertEquals(List.of("4+8"), calls);
    }

    @Test
    void theLastBlockMayBeShorter() throws Exception {
        assertEquals(List.of(new Extent(0, 4, 0), new Extent(4, 3, 3)), report(device(statuses("0000333"), 99), 4, 64, 0, 7, Flags.NONE));
        assertEquals(List.of(new Extent(6, 1, 1)), report(device(statuses("0000331"), 99), 4, 64, 6, 1, Flags.NONE));
    }

    @Test
    void anAnswerThatEndsInsideOfABlockIsAskedForAgain() throws Exception {
        var e = report(device(statuses("3333333111110000"), 99), 8, 16, 0, 16, Flags.of(Flags.REQ_ONE));
        assertEquals(List.of(new Extent(0, 8, 1)), e);
        assertEquals(List.of("0+16 req_one", "0+16"), calls);
    }

    @Test
    void aDeviceThatNeverSaysMoreHasData() throws Exception {
        assertEquals(List.of(new Extent(0, 8, 0), new Extent(8, 8, 3)),
                report(device(statuses("3311111133333333"), 1), 8, 16, 0, 16, Flags.NONE));
    }

    @Test
    void theDeviceIsAskedAboutNoMoreThanItsMaximum() throws Exception {
        assertEquals(List.of(new Extent(0, 16, 0)), report(device(statuses("0000000000000000"), 99), 2, 4, 0, 16, Flags.NONE)
                .stream().toList());
        calls.forEach(call -> assertTrue(call.endsWith("+4"), call));
    }

    @Test
    void anyDeviceIsDescribedAsItsBlocksAre() throws Exception {
        SeededRandom random = SeededRandom.create();
        for (int i = 0; i < 2000; i++) {
            byte[] statuses = new byte[1 + random.nextInt(70)];
            for (int at = 0; at < statuses.length;) {
                int end = Math.min(statuses.length, at + 1 + random.nextInt(12));
                Arrays.fill(statuses, at, end, (byte) random.nextInt(4));
                at = end;
            }
            int block = 1 << random.nextInt(5);
            int offset = random.nextInt(statuses.length);
            int length = 1 + random.nextInt(statuses.length - offset);
            Flags flags = random.nextInt(3) == 0 ? Flags.of(Flags.REQ_ONE) : Flags.NONE;
            int atOnce = 1 + random.nextInt(4);
            for (Extent e : report(device(statuses, atOnce), block, (long) block * (1 + random.nextInt(3)), offset, length, flags)) {
                for (int at = (int) e.offset(); at < e.end(); at++) {
                    int common = 3;
                    for (int b = at & -block; b < Math.min(statuses.length, (at & -block) + block); b++) {
                        common &= statuses[b];
                    }
                    // a device that gives few extents at a time may be described with less than is true, never with more
                    assertEquals(e.status(), common & e.status(), "at " + at + " in " + e + " " + random);
                    if (atOnce == 4 && block <= 4) {
                        assertEquals(common, e.status(), "at " + at + " in " + e + " " + random);
                    }
                }
            }
        }
    }

    @Test
    void blocksThatAreNoPowerOfTwoAreRefused() {
        NbdDevice device = device(statuses("0"), 1);
        assertThrows(IllegalArgumentException.class, () -> new AlignedExtents(device, 3, 1, 3));
        assertThrows(IllegalArgumentException.class, () -> new AlignedExtents(device, 4, 1, 6));
    }
}
