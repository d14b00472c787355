package dev.sluice.filter.tlsfallback;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** As clients without TLS see it. */
class TlsFallbackContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new TlsFallbackFilter();
    }

    @Override
    protected String kindName() {
        return "tls-fallback";
    }

    @Override
    protected List<String> words() {
        return List.of("tlsreadme=come back with a key");
    }

    @Override
    protected byte[] through(byte[] behind) {
        return Arrays.copyOf("come back with a key".getBytes(StandardCharsets.UTF_8), 512);
    }

    /** Nothing behind is asked. */
    @Override
    protected boolean passesFailures() {
        return false;
    }
}
