package dev.sluice.shared.script;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.Support;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** One client's handle on a script. It is opened in {@link #prepare}, when it is clear that none was handed over. */
final class ScriptDevice implements NbdDevice {
    private static final String FORMAT = "dev.sluice.script.handle";
    private static final int VERSION = 1;

    private final ScriptLayer layer;
    private final Caller caller;
    private final OpenRequest request;
    private String handle;
    private boolean released;
    private DeviceInfo info;

    ScriptDevice(ScriptLayer layer, OpenRequest request) {
        this.layer = layer;
        this.caller = layer.caller();
        this.request = request;
    }

    /** Tells the script to open, unless it has. */
    String openHandle() throws IOException {
        if (handle == null) {
            handle = call("open", String.valueOf(request.readOnly()), request.exportName(), String.valueOf(request.client().tls())).text();
        }
        return handle;
    }

    @Override
    public void prepare() throws IOException {
        layer.opened(request, openHandle());
        info = ask();
    }

    private DeviceInfo ask() throws IOException {
        long size = Texts.size("get_size", required("get_size").text());
        boolean writable = !request.readOnly() && is("can_write");
        DeviceInfo.Builder b = writable ? DeviceInfo.writable(size) : DeviceInfo.readOnly(size);
        boolean flush = is("can_flush");
        b.flush(flush).rotational(is("is_rotational")).multiConn(is("can_multi_conn")).extents(is("can_extents"));
        if (writable) {
            boolean zero = is("can_zero");
            b.trim(is("can_trim")).zero(zero ? Support.NATIVE : Support.EMULATE);
            Answer fast = handleCall("can_fast_zero");
            b.fastZero(fast.isMissing() ? !zero : fast.kind() == Answer.Kind.OK);
            Answer fua = handleCall("can_fua");
            b.fua(fua.isMissing() ? flush ? Support.EMULATE : Support.NONE : Texts.support("can_fua", fua.text()));
        }
        Answer cache = handleCall("can_cache");
        boolean cacheScript = cache.isMissing() && layer.scripts().has("cache");
        b.cache(cacheScript ? Support.NATIVE : cache.isMissing() ? Support.NONE : Texts.support("can_cache", cache.text()));
        Answer sizes = handleCall("block_size");
        b.blockSizes(sizes.isMissing() ? BlockSizes.NONE : Texts.blockSizes(sizes.text()));
        return b.build();
    }

    /** A yes-or-no method; where each method has a script of its own, one for the operation itself means yes. */
    private boolean is(String method) throws IOException {
        String operation = method.equals("can_write") ? "pwrite" : method.substring(method.indexOf('_') + 1);
        if (!layer.scripts().has(method) && layer.scripts().has(operation)) {
            return true;
        }
        return handleCall(method).kind() == Answer.Kind.OK;
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        ByteBuffer target = reply.buffer(length);
        Answer answer = caller.callForData(request.client(), Stop.on(request.cancellation()), target, "pread", handle,
                String.valueOf(length), String.valueOf(offset));
        require("pread", answer);
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        int length = data.remaining();
        Answer answer = caller.callWithData(request.client(), Stop.on(request.cancellation()), data, "pwrite", handle,
                String.valueOf(length), String.valueOf(offset), flags.toString());
        require("pwrite", answer);
    }

    @Override
    public void flush() throws IOException {
        handleCall("flush");
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        handleCall("trim", String.valueOf(length), String.valueOf(offset), flags.toString());
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        Answer answer = handleCall("zero", String.valueOf(length), String.valueOf(offset), flags.toString());
        if (answer.isMissing()) {
            throw new NbdException(NbdError.ENOTSUP, "the script has no zero");
        }
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        handleCall("cache", String.valueOf(length), String.valueOf(offset));
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        Answer answer = handleCall("extents", String.valueOf(length), String.valueOf(offset), flags.toString());
        if (answer.isMissing()) {
            sink.extent(offset, length, 0);
        } else {
            Texts.extents(new String(answer.output(), StandardCharsets.UTF_8), sink);
        }
    }

    private Answer call(String method, String... arguments) throws IOException {
        return caller.call(request.client(), Stop.on(request.cancellation()), method, arguments);
    }

    private Answer handleCall(String method, String... arguments) throws IOException {
        String[] all = new String[arguments.length + 1];
        all[0] = handle;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return call(method, all);
    }

    private Answer required(String method) throws IOException {
        Answer answer = handleCall(method);
        require(method, answer);
        return answer;
    }

    private void require(String method, Answer answer) throws NbdException {
        if (answer.isMissing()) {
            throw new NbdException(NbdError.EIO, caller.what(method) + ": this method is required, and the script does not have it");
        }
    }

    @Override
    public Optional<HandOver> release() {
        if (handle == null) {
            return Optional.empty();
        }
        released = true;
        return Optional.of(new HandOver(FORMAT, VERSION, Map.of("handle", handle, "fingerprint", layer.currentFingerprint())));
    }

    @Override
    public void adopt(HandOver state) throws Exception {
        if (!state.format().equals(FORMAT) || state.version() != VERSION) {
            NbdDevice.super.adopt(state);
        }
        // another script can't know what this one's handle means: it opens anew
        if (layer.currentFingerprint().equals(state.state().get("fingerprint"))) {
            handle = (String) state.state().get("handle");
            released = false;
        }
    }

    @Override
    public void close() throws IOException {
        layer.closed(request);
        if (handle != null && !released) {
            caller.call(request.client(), Stop.soon(layer.context().clock(), "close"), "close", handle);
        }
    }
}
