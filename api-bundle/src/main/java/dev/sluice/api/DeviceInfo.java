package dev.sluice.api;

import java.util.Objects;

/**
 * Size and capabilities of a device: a value, built once. Defaults are those of nbdkit's core: see each property.
 */
public final class DeviceInfo {
    private final long size;
    private final boolean writable;
    private final boolean flush;
    private final boolean trim;
    private final Support zero;
    private final boolean fastZero;
    private final Support fua;
    private final Support cache;
    private final boolean extents;
    private final boolean multiConn;
    private final boolean rotational;
    private final BlockSizes blockSizes;

    private DeviceInfo(Builder b) {
        size = b.size;
        writable = b.writable;
        flush = b.flush;
        trim = b.trim;
        zero = b.zero;
        fastZero = b.fastZero;
        fua = b.fua;
        cache = b.cache;
        extents = b.extents;
        multiConn = b.multiConn;
        rotational = b.rotational;
        blockSizes = b.blockSizes;
    }

    /** A disk of {@code size} bytes that can only be read; everything else is off. */
    public static Builder readOnly(long size) {
        return new Builder(size);
    }

    /** A disk of {@code size} bytes that can be written; zero is emulated by writing, everything else is off. */
    public static Builder writable(long size) {
        return new Builder(size).writable(true).zero(Support.EMULATE);
    }

    /** A builder that starts with all values of this one; what filters use. */
    public Builder with() {
        Builder b = new Builder(size);
        b.writable = writable;
        b.flush = flush;
        b.trim = trim;
        b.zero = zero;
        b.fastZero = fastZero;
        b.fua = fua;
        b.cache = cache;
        b.extents = extents;
        b.multiConn = multiConn;
        b.rotational = rotational;
        b.blockSizes = blockSizes;
        return b;
    }

    /** In bytes, 0 .. 2^63-1. */
    public long size() {
        return size;
    }

    /** Whether write, trim and zero may be called at all. */
    public boolean isWritable() {
        return writable;
    }

    /** Whether {@link NbdDevice#flush()} works; also for a device that can only be read. */
    public boolean canFlush() {
        return flush;
    }

    /** Whether {@link NbdDevice#trim} works. */
    public boolean canTrim() {
        return trim;
    }

    /** NONE: not offered. EMULATE: the core writes zeroes. NATIVE: {@link NbdDevice#zero} is called. */
    public Support zero() {
        return zero;
    }

    /** Whether {@link Flags#FAST_ZERO} is understood; needs zero. */
    public boolean canFastZero() {
        return fastZero;
    }

    /** NONE: not offered. EMULATE: the core flushes after the operation. NATIVE: {@link Flags#FUA} is passed on. */
    public Support fua() {
        return fua;
    }

    /** NONE: not offered. EMULATE: the core reads and drops. NATIVE: {@link NbdDevice#cache} is called. */
    public Support cache() {
        return cache;
    }

    /** Whether {@link NbdDevice#status} knows {@code base:allocation}; otherwise everything is reported as data. */
    public boolean extents() {
        return extents;
    }

    /** Whether flush and FUA on one connection cover what was answered on all others. */
    public boolean multiConn() {
        return multiConn;
    }

    /** Whether the medium has seek times. */
    public boolean rotational() {
        return rotational;
    }

    /** Constraints on requests, or {@link BlockSizes#NONE}. */
    public BlockSizes blockSizes() {
        return blockSizes;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof DeviceInfo other
                && size == other.size
                && writable == other.writable
                && flush == other.flush
                && trim == other.trim
                && zero == other.zero
                && fastZero == other.fastZero
                && fua == other.fua
                && cache == other.cache
                && extents == other.extents
                && multiConn == other.multiConn
                && rotational == other.rotational
                && blockSizes.equals(other.blockSizes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(size, writable, flush, trim, zero, fastZero, fua, cache, extents, multiConn, rotational, blockSizes);
    }

    @Override
    public String toString() {
        return "size=" + size + " write=" + writable + " flush=" + flush + " trim=" + trim + " zero=" + zero + " fastZero=" + fastZero
                + " fua=" + fua + " cache=" + cache + " extents=" + extents + " multiConn=" + multiConn + " rotational=" + rotational
                + " " + blockSizes;
    }

    /** Collects the values of a {@link DeviceInfo}; not for use by several threads. */
    public static final class Builder {
        private long size;
        private boolean writable;
        private boolean flush;
        private boolean trim;
        private Support zero = Support.NONE;
        private boolean fastZero;
        private Support fua = Support.NONE;
        private Support cache = Support.NONE;
        private boolean extents;
        private boolean multiConn;
        private boolean rotational;
        private BlockSizes blockSizes = BlockSizes.NONE;

        private Builder(long size) {
            size(size);
        }

        /**
         * In bytes.
         *
         * @throws IllegalArgumentException if negative
         */
        public Builder size(long bytes) {
            if (bytes < 0) {
                throw new IllegalArgumentException("size of a device is negative: " + bytes);
            }
            size = bytes;
            return this;
        }

        /** See {@link DeviceInfo#isWritable()}. */
        public Builder writable(boolean yes) {
            writable = yes;
            return this;
        }

        /** See {@link DeviceInfo#canFlush()}; also switches FUA from NONE to EMULATE, as nbdkit does. */
        public Builder flush(boolean yes) {
            flush = yes;
            if (yes && fua == Support.NONE) {
                fua = Support.EMULATE;
            } else if (!yes && fua == Support.EMULATE) {
                fua = Support.NONE;
            }
            return this;
        }

        /** See {@link DeviceInfo#canTrim()}. */
        public Builder trim(boolean yes) {
            trim = yes;
            return this;
        }

        /**
         * See {@link DeviceInfo#zero()}. Also sets {@link #fastZero}, as nbdkit does: an emulated zero can refuse a
         * fast zero at once, a native one must say so itself afterwards.
         */
        public Builder zero(Support support) {
            zero = Objects.requireNonNull(support);
            fastZero = support == Support.EMULATE;
            return this;
        }

        /** See {@link DeviceInfo#canFastZero()}. */
        public Builder fastZero(boolean yes) {
            fastZero = yes;
            return this;
        }

        /** See {@link DeviceInfo#fua()}. */
        public Builder fua(Support support) {
            fua = Objects.requireNonNull(support);
            return this;
        }

        /** See {@link DeviceInfo#cache()}. */
        public Builder cache(Support support) {
            cache = Objects.requireNonNull(support);
            return this;
        }

        /** See {@link DeviceInfo#extents()}. */
        public Builder extents(boolean yes) {
            extents = yes;
            return this;
        }

        /** See {@link DeviceInfo#multiConn()}. */
        public Builder multiConn(boolean yes) {
            multiConn = yes;
            return this;
        }

        /** See {@link DeviceInfo#rotational()}. */
        public Builder rotational(boolean yes) {
            rotational = yes;
            return this;
        }

        /** See {@link DeviceInfo#blockSizes()}. */
        public Builder blockSizes(BlockSizes sizes) {
            blockSizes = Objects.requireNonNull(sizes);
            return this;
        }

        /** The value. */
        public DeviceInfo build() {
            return new DeviceInfo(this);
        }
    }
}
