package dev.sluice.itests.kinds;

import static dev.sluice.itests.kinds.KindCase.filter;
import static dev.sluice.itests.kinds.KindCase.filterBefore;
import static dev.sluice.itests.kinds.KindCase.plugin;

import dev.sluice.itests.harness.Wire;
import dev.sluice.itests.kinds.KindCase.Content;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How every plugin and every filter of the distribution is served. One that is new has to be put in here. */
final class KindCases {
    private static final String PATTERN = "pattern 4M";
    private static final String EVAL = "eval 'open=[ -f $tmpdir/disk ] || truncate -s 1M $tmpdir/disk' 'get_size=echo 1M' "
            + "'can_multi_conn=exit 0' 'flush=exit 0' 'pread=dd if=$tmpdir/disk skip=$4 count=$3 iflag=skip_bytes,count_bytes 2>/dev/null' "
            + "'pwrite=dd of=$tmpdir/disk seek=$4 conv=notrunc oflag=seek_bytes 2>/dev/null'";
    private static final String NEW_DISK = " size=4M 'command=truncate -s $size \"$disk\"'";

    private KindCases() {
    }

    /** By {@link KindCase#kind}. */
    static Map<String, KindCase> all() {
        Map<String, KindCase> all = new TreeMap<>();
        plugins().forEach(c -> all.put(c.kind(), c));
        passing().forEach(c -> all.put(c.kind(), c));
        telling().forEach(c -> all.put(c.kind(), c));
        remembering().forEach(c -> all.put(c.kind(), c));
        admitting().forEach(c -> all.put(c.kind(), c));
        return all;
    }

    private static List<KindCase> plugins() {
        return List.of(
                plugin("data data='@0x1000 (1 2 3)*1000' size=4M"),
                plugin(EVAL),
                plugin("example1").content(Content.FIXED),
                plugin("example2 file={dir}/disk").content(Content.FIXED),
                plugin("example3 size=4M"),
                plugin("file file={dir}/disk"),
                plugin("full 4M").content(Content.FULL),
                plugin("info exportname").content(Content.FIXED),
                plugin("java source={dir}/Ram.java 4M").set("revision=2", "revision=1"),
                plugin("memory 4M"),
                plugin("nbd socket={sock} export=backing"),
                plugin("null 4M").content(Content.DROPS),
                plugin("ondemand dir={dir}/disks share=true" + NEW_DISK),
                plugin("ones 4M").content(Content.DROPS),
                // the table, and then the first partition; without a seed its GUIDs are random and have to stay
                plugin("partitioning {dir}/part1 {dir}/part2 partition-type=gpt").content(Content.SAME).range(0, 128 * Wire.KIB),
                plugin("pattern 4M").content(Content.FIXED),
                // without a seed they are other disks in every run, but not in a change of code
                plugin("random 4M").content(Content.FIXED),
                plugin("sh {dir}/disk.sh"),
                plugin("sparse-random 4M percent=50 runlength=16K").content(Content.FIXED),
                plugin("split {dir}/split1 {dir}/split2").range(2 * Wire.MIB - 64 * Wire.KIB, 64 * Wire.KIB),
                plugin("tmpdisk" + NEW_DISK),
                plugin("zero").content(Content.EMPTY));
    }

    private static List<KindCase> passing() {
        return List.of(
                filter("nofilter").transparent(),
                filter("delay rdelay=1ms").transparent().set("rdelay=2ms", "rdelay=1ms"),
                filter("error error-rate=0").set("error=EPERM", "error=EIO"),
                filter("log logfile={dir}/log").transparent().set("logappend=true", "logappend=false"),
                filter("noparallel").transparent().set("serialize=all-requests", "serialize=requests"),
                filterBefore("offset offset=1M range=2M", PATTERN).content(Content.FIXED),
                filterBefore("partition partition=2", "partitioning {dir}/part1 {dir}/part2"),
                filter("pause pause-control={dir}/pause").transparent().check(KindChecks::pauseAnswers),
                filter("rate rate=8G").transparent().set("rate=4G", "rate=8G"),
                filterBefore("readahead", "cache", "memory 4M").transparent(),
                filter("retry retries=3 retry-delay=10ms"),
                filter("retry-request retry-request-delay=10ms").transparent().set("retry-request-retries=3", "retry-request-retries=2"),
                filter("swab swab-bits=32"),
                filter("truncate truncate=3M"),
                filter("blocksize minblock=4k").set("maxlen=1M", "maxlen=2M"),
                filterBefore("checkwrite", "data data='(1 2 3)*1000000' size=4M").content(Content.SAME));
    }

    private static List<KindCase> telling() {
        return List.of(
                filter("blocksize-policy blocksize-minimum=512 blocksize-preferred=4096 blocksize-maximum=1M")
                        .set("blocksize-error-policy=error", "blocksize-error-policy=allow"),
                filter("exportname exportdesc=fixed:hello").set("exportdesc=none", "exportdesc=fixed:hello"),
                filterBefore("extentlist extentlist={dir}/extents", PATTERN).content(Content.FIXED),
                filter("fua fuamode=force").set("flush-on-close=true", "flush-on-close=false"),
                filter("nocache cachemode=emulate").set("cachemode=nop", "cachemode=emulate"),
                filter("noextents"),
                filter("nozero zeromode=emulate"),
                filter("readonly readonly-file={dir}/readonly").check(KindChecks::readOnlyWhileTheFileIsThere),
                filter("rotational").set("rotational=true", "rotational=true"));
    }

    private static List<KindCase> remembering() {
        return List.of(
                filter("cache cache-min-block-size=4K").set("cache=writethrough", "cache=writeback"),
                filterBefore("cow cow-block-size=4K", PATTERN).set("cow-on-read=true", "cow-on-read=false"),
                filter("multi-conn multi-conn-mode=emulate").set("multi-conn-track-dirty=fast", "multi-conn-track-dirty=connection"),
                filter("stats statsfile={dir}/stats").transparent().set("statsthreshold=50", "statsthreshold=95")
                        .check(KindChecks.countsGrow()));
    }

    private static List<KindCase> admitting() {
        return List.of(
                filter("exitlast exitlast-grace=3600").transparent().set("exitlast-grace=7200", "exitlast-grace=3600"),
                filter("exitwhen exit-when-file-created={dir}/never exit-when-poll=3600").transparent(),
                filter("ip allow=127.0.0.1,allunix deny=all").transparent().set("deny=10.0.0.0/8", "deny=all"),
                filter("limit limit=2").transparent().check(Scene::anotherIsTurnedAway).set("limit=3", "limit=2"),
                filter("protect protect=0x300000-").set("protect=~0-0x2fffff", "protect=0x300000-")
                        .check(KindChecks::theLastMegabyteIsProtected),
                // clients without TLS get its text in the place of the disk
                filter("tls-fallback").content(Content.FIXED),
                filter("time-limit time-limit=3600").transparent().set("time-limit=7200", "time-limit=3600"));
    }
}
