package dev.sluice.filter.nozero;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Support;
import dev.sluice.api.util.ForwardingDevice;
import dev.sluice.filter.nozero.NozeroFilter.FastZeroMode;
import dev.sluice.filter.nozero.NozeroFilter.ZeroMode;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Offers less than the device behind, or the same under worse conditions. */
final class NozeroDevice extends ForwardingDevice {
    private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(1 << 20).asReadOnlyBuffer();

    private final ZeroMode zero;
    private final FastZeroMode fastZero;
    private final boolean readOnly;

    NozeroDevice(NbdDevice next, ZeroMode zero, FastZeroMode fastZero, boolean readOnly) {
        super(next);
        this.zero = zero;
        this.fastZero = fastZero;
        this.readOnly = readOnly;
    }

    @Override
    public void prepare() throws IOException {
        boolean needed = zero == ZeroMode.NOTRIM || zero == ZeroMode.PLUGIN;
        if (needed && !readOnly && next.info().zero() == Support.NONE) {
            throw new NbdException(NbdError.EINVAL, "zeromode=" + (zero == ZeroMode.NOTRIM ? "notrim" : "plugin")
                    + " needs write zeroes, which the layer behind does not have");
        }
    }

    @Override
    public DeviceInfo info() {
        DeviceInfo behind = next.info();
        if (zero == ZeroMode.NONE || !behind.isWritable() || zero != ZeroMode.EMULATE && behind.zero() == Support.NONE) {
            return behind.with().zero(Support.NONE).fastZero(false).build();
        }
        return behind.with().zero(support(behind)).fastZero(offersFastZero(behind)).build();
    }

    private Support support(DeviceInfo behind) {
        if (zero == ZeroMode.EMULATE) {
            // the core's own emulation refuses what must be fast
            return fastZero == FastZeroMode.IGNORE ? Support.NATIVE : Support.EMULATE;
        }
        // requests must come here to lose their flags; the layer behind is emulated where it is called
        return Support.NATIVE;
    }

    private boolean offersFastZero(DeviceInfo behind) {
        return switch (fastZero) {
            case DEFAULT -> zero == ZeroMode.EMULATE || behind.canFastZero();
            case NONE -> false;
            case SLOW, IGNORE -> true;
        };
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        if (flags.fastZero() && fastZero == FastZeroMode.SLOW) {
            throw new NbdException(NbdError.ENOTSUP, "fastzeromode=slow: no zero is fast");
        }
        Flags passed = fastZero == FastZeroMode.IGNORE ? flags.without(Flags.FAST_ZERO) : flags;
        if (zero == ZeroMode.EMULATE) {
            write(offset, length, passed.without(Flags.MAY_TRIM));
        } else {
            next.zero(offset, length, zero == ZeroMode.NOTRIM ? passed.without(Flags.MAY_TRIM) : passed);
        }
    }

    private void write(long offset, long length, Flags flags) throws IOException {
        long at = offset;
        long left = length;
        while (left > 0) {
            int n = (int) Math.min(left, ZEROES.capacity());
            next.write(at, ZEROES.slice(0, n), flags);
            at += n;
            left -= n;
        }
    }
}
