package dev.sluice.psk;

import dev.sluice.api.runtime.PskEngines;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import org.bouncycastle.tls.crypto.TlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;
import org.osgi.service.component.annotations.Component;

/** Engines of BouncyCastle, which leaves the ciphers to the JDK: those are the quick ones. */
@Component
public final class BouncyPskEngines implements PskEngines {
    private final SecureRandom random = new SecureRandom();
    private final TlsCrypto crypto = new JcaTlsCryptoProvider().create(random);

    @Override
    public SSLEngine serverEngine(Function<String, Optional<byte[]>> keys) {
        return new PskEngine(new PskServer(crypto, keys, random));
    }
}
