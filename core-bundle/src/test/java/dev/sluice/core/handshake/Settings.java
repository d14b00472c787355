package dev.sluice.core.handshake;

import dev.sluice.core.handshake.HandshakeOptions.Style;
import dev.sluice.core.handshake.HandshakeOptions.Tls;
import java.util.Optional;

/** Options of the handshake that differ from the default in one point. */
final class Settings {
    private Settings() {
    }

    static HandshakeOptions flags(int flags) {
        return new HandshakeOptions(Style.NEWSTYLE, flags, true, true, true, Tls.OFF, Optional.empty(), 32, false);
    }

    static HandshakeOptions tls(Tls tls) {
        return new HandshakeOptions(Style.NEWSTYLE, 3, true, true, true, tls, Optional.empty(), 32, false);
    }

    static HandshakeOptions offered(boolean structured, boolean contexts, boolean extended) {
        return new HandshakeOptions(Style.NEWSTYLE, 3, structured, contexts, extended, Tls.OFF, Optional.empty(), 32, false);
    }

    static HandshakeOptions oldstyle(String export, Tls tls) {
        return new HandshakeOptions(Style.OLDSTYLE, 3, true, true, true, tls, Optional.of(export), 32, false);
    }

    static HandshakeOptions blockSizeRequired() {
        return new HandshakeOptions(Style.NEWSTYLE, 3, true, true, true, Tls.OFF, Optional.empty(), 32, true);
    }
}
