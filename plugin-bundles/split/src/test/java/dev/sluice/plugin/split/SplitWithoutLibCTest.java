package dev.sluice.plugin.split;

import dev.sluice.api.NbdPlugin;
import java.util.Optional;

/** As on a platform without the calls of the C library. */
class SplitWithoutLibCTest extends SplitContractTest {
    @Override
    protected NbdPlugin newKind() {
        return new SplitPlugin(Optional::empty);
    }
}
