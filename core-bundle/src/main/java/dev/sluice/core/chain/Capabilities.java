package dev.sluice.core.chain;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Support;

/** What a device says of itself, made consistent as nbdkit's core does. */
final class Capabilities {
    private Capabilities() {
    }

    /**
     * Without what makes no sense: nothing that writes on a device that is not written, no fast zero without zero.
     *
     * @throws NbdException if there is nothing to make consistent
     */
    static DeviceInfo asOffered(DeviceInfo info, boolean readOnly) throws NbdException {
        if (info == null) {
            throw new NbdException(NbdError.EIO, "the device gave no information about itself");
        }
        DeviceInfo.Builder b = info.with();
        boolean changed = false;
        if (readOnly || !info.isWritable()) {
            b.writable(false).trim(false).zero(Support.NONE).fastZero(false).fua(Support.NONE);
            changed = true;
        } else if (info.zero() == Support.NONE && info.canFastZero()) {
            b.fastZero(false);
            changed = true;
        }
        return changed ? b.build() : info;
    }

    /** Why clients of {@code before} can't go on with {@code after}, or null if they can. */
    static String incompatibility(DeviceInfo before, DeviceInfo after) {
        if (before.size() != after.size()) {
            return "its size is " + after.size() + " bytes, clients were told " + before.size();
        }
        if (!before.blockSizes().equals(after.blockSizes())) {
            return "its block sizes are " + after.blockSizes() + ", clients were told " + before.blockSizes();
        }
        if (before.isWritable() && !after.isWritable()) {
            return "it can't be written";
        }
        if (before.canFlush() && !after.canFlush()) {
            return "it has no flush";
        }
        if (before.canTrim() && !after.canTrim()) {
            return "it has no trim";
        }
        if (before.zero() != Support.NONE && after.zero() == Support.NONE) {
            return "it has no write zeroes";
        }
        if (before.canFastZero() && !after.canFastZero()) {
            return "it has no fast zero";
        }
        if (before.fua() != Support.NONE && after.fua() == Support.NONE) {
            return "it has no FUA";
        }
        if (before.cache() != Support.NONE && after.cache() == Support.NONE) {
            return "it has no cache";
        }
        if (before.multiConn() && !after.multiConn()) {
            return "it has no multi-conn";
        }
        return null;
    }
}
