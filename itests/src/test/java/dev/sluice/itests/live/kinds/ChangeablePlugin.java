package dev.sluice.itests.live.kinds;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.HandOver;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameters;
import dev.sluice.itests.control.Script;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A RAM disk of 1 MiB that keeps its bytes in a swap, and whose every object is what the script says at the point
 * {@code be} when it is configured; words separated by blanks: {@code size}, {@code blocks}, {@code no-flush},
 * {@code no-trim} (another device than before); {@code configure}, {@code ready}, {@code open},
 * {@code prepare}, {@code read}, {@code adopt}, {@code release} (throws there); {@code hang-configure}, {@code hang-open},
 * {@code hang-adopt} (waits at the point {@code hang}); {@code exclusive}; {@code own-class} (hands over an object that
 * it must not).
 */
public class ChangeablePlugin implements NbdPlugin {
    static final int SIZE = 1 << 20;

    private Script script;
    private List<String> words = List.of();
    private byte[] bytes = new byte[SIZE];

    /** Bound by DS. */
    public void setScript(Script value) {
        script = value;
    }

    Script script() {
        return script;
    }

    byte[] bytes() {
        return bytes;
    }

    boolean is(String word) {
        return words.contains(word);
    }

    @Override
    public void configure(Parameters p) {
        try {
            words = List.of(script.at("be", 0, 0).split(" "));
            hangIf("hang-configure");
        } catch (IOException e) {
            throw new ConfigException("the script failed", e);
        }
        if (is("configure")) {
            throw new ConfigException("this version does not take these words");
        }
    }

    @Override
    public void ready(LayerContext context) throws IOException {
        failIf("ready");
    }

    @Override
    public boolean exclusive() {
        return is("exclusive");
    }

    @Override
    public NbdDevice open(OpenRequest request) throws IOException {
        hangIf("hang-open");
        failIf("open");
        return new ChangeableDevice(this, info());
    }

    private DeviceInfo info() {
        DeviceInfo.Builder b = DeviceInfo.writable(is("size") ? 2 * SIZE : SIZE).multiConn(true);
        b.flush(!is("no-flush")).trim(!is("no-trim"));
        if (is("blocks")) {
            b.blockSizes(new BlockSizes(512, 4096, 1 << 20));
        }
        return b.build();
    }

    void failIf(String word) throws NbdException {
        if (is(word)) {
            throw new NbdException(NbdError.EIO, "told to fail in " + word);
        }
    }

    private void hangIf(String word) throws IOException {
        if (is(word)) {
            script.at("hang", 0, 0);
        }
    }

    @Override
    public Optional<HandOver> release() throws IOException {
        failIf("release");
        Object kept = is("own-class") ? new Object[] {List.of(this.new Own())} : bytes;
        return Optional.of(new HandOver("changeable", 1, Map.of("bytes", kept)));
    }

    @Override
    public void adopt(HandOver state) throws IOException {
        hangIf("hang-adopt");
        failIf("adopt");
        bytes = (byte[]) state.state().get("bytes");
    }

    @Override
    public void close() throws IOException {
        script.at("layer-close", 0, 0);
    }

    /** What nobody may hand over. */
    final class Own {
    }
}
