package dev.sluice.plugin.eval;

import dev.sluice.api.NbdPlugin;
import dev.sluice.api.contract.PluginContract;
import java.util.List;

class EvalPluginTest extends PluginContract {
    @Override
    protected NbdPlugin newKind() {
        return new EvalPlugin();
    }

    @Override
    protected String kindName() {
        return "eval";
    }

    @Override
    protected List<String> words() {
        return List.of(
                "get_ready=test -e $tmpdir/disk || head -c 100000 /dev/urandom > $tmpdir/disk",
                "get_size=wc -c < $tmpdir/disk",
                "thread_model=echo parallel",
                "can_multi_conn=exit 0",
                "can_fua=echo NATIVE",
                "pread=dd if=$tmpdir/disk iflag=skip_bytes,count_bytes skip=$4 count=$3 status=none",
                "pwrite=dd of=$tmpdir/disk oflag=seek_bytes seek=$4 conv=notrunc status=none",
                "flush=exit 0",
                "cache=exit 0",
                "extents=echo 0 $(wc -c < $tmpdir/disk) 0");
    }
}
