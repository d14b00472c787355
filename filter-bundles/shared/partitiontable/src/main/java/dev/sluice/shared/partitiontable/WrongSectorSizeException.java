package dev.sluice.shared.partitiontable;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;

/** There is a GPT, but for other sectors than those that it was looked for with. */
public final class WrongSectorSizeException extends NbdException {
    private static final long serialVersionUID = 1L;

    private final int sectorSize;

    WrongSectorSizeException(int right, int wrong) {
        super(NbdError.EINVAL, "the disk has a GPT for sectors of " + right + " bytes, not of " + wrong);
        sectorSize = right;
    }

    /** What would have been right, in bytes. */
    public int sectorSize() {
        return sectorSize;
    }
}
