package dev.sluice.itests.interop;

import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.Wire;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What {@link SideBySideIT} compares. */
final class Rows {
    /** Kinds that the installed nbdkit does not have; and {@code nbd}, which needs a server behind it. */
    static final Set<String> WITHOUT = Set.of("filter readonly", "filter rotational", "filter time-limit", "plugin java", "plugin nbd",
            "plugin ones");

    private static final String FAST_ZERO = "`file`: fast zeroes are offered";
    private static final String PAGES = "granularity of storage and extents";
    private static final String NATIVE = "write zeroes and extents are native where the platform can";
    private static final String PARTITIONS = "`partitioning`: trim, quick zero and extents reach the files";
    private static final String PADDING = "a write that reaches into a table or padding and would change it fails";
    private static final String DESCRIPTION = "`partition`: the description is";
    private static final String COW = "`cow`: write zeroes are offered";
    private static final String DIRTY = "`cache`: extents tell dirty blocks";
    private static final String SCRIPT = """
            #!/bin/sh
            disk="$tmpdir/disk"
            case "$1" in
                load | get_ready) truncate -s 64K "$disk" ;;
                get_size) echo 64K ;;
                list_exports) printf 'NAMES+DESCRIPTIONS\\none\\nfirst\\ntwo\\nsecond\\n' ;;
                export_description) echo 'a disk' ;;
                block_size) echo 1 4096 4294967295 ;;
                can_write | can_flush | can_multi_conn | flush) exit 0 ;;
                can_trim | can_extents) exit 3 ;;
                pread) if [ "$4" -ge 60000 ]; then echo 'EPERM not there' >&2; exit 1; fi
                       dd if="$disk" skip="$4" count="$3" iflag=skip_bytes,count_bytes 2>/dev/null ;;
                pwrite) if [ "$4" -ge 60000 ]; then echo 'ENOSPC full' >&2; exit 1; fi
                        dd of="$disk" seek="$4" conv=notrunc oflag=seek_bytes 2>/dev/null ;;
                *) exit 2 ;;
            esac
            """;

    private Rows() {
    }

    /** Makes the files that rows name. */
    static Path files(Path directory) throws IOException {
        Files.createDirectories(directory.resolve("some"));
        Files.write(directory.resolve("some/one"), Pattern.bytes(1, 0, 8192));
        Files.write(directory.resolve("some/two"), Pattern.bytes(2, 0, 9000));
        Files.write(directory.resolve("odd"), Pattern.bytes(3, 0, 100_001));
        Files.write(directory.resolve("part1"), Pattern.bytes(4, 0, 300_000));
        Files.write(directory.resolve("part2"), Pattern.bytes(5, 0, 70_000));
        try (RandomAccessFile disk = new RandomAccessFile(directory.resolve("disk").toFile(), "rw")) {
            disk.setLength(4L * Wire.MIB);
            disk.seek(Wire.MIB);
            disk.write(Pattern.bytes(6, 0, 64 * Wire.KIB));
        }
        Files.write(directory.resolve("empty"), new byte[0]);
        Files.write(directory.resolve("byte"), new byte[] {77});
        Files.writeString(directory.resolve("extents"), "0 65536\n131072 65536 hole,zero\n262144 524288 zero\n");
        Files.writeString(directory.resolve("disk.sh"), SCRIPT).toFile().setExecutable(true);
        return directory;
    }

    static List<Row> all() {
        List<Row> all = new ArrayList<>();
        all.addAll(storage());
        all.addAll(made());
        all.addAll(scripts());
        all.addAll(shapes());
        all.addAll(capabilities());
        all.addAll(guards());
        all.addAll(keeping());
        all.addAll(refused());
        return all;
    }

    /** A RAM disk in pieces that are as large as nbdkit's pages. */
    private static Row memory() {
        return Row.plugin("memory", "4M").unit(32 * Wire.KIB).may("^status", PAGES);
    }

    private static Row file(String... words) {
        List<String> all = new ArrayList<>(List.of("file"));
        all.addAll(words.length == 0 ? List.of("{dir}/disk") : List.of(words));
        return Row.plugin(all.toArray(String[]::new)).unit(words.length == 0 ? 4096 : 512).may("fast zero", FAST_ZERO);
    }

    private static Row partitioned(String... words) {
        List<String> all = new ArrayList<>(List.of("partitioning", "{dir}/part1"));
        all.addAll(words.length == 0 ? List.of("{dir}/part2") : List.of(words));
        return Row.plugin(all.toArray(String[]::new)).may("trim|fast zero|^status", PARTITIONS)
                .may("^read the end|^read much|^write the end", PADDING);
    }

    private static Row cow(Row behind, String... words) {
        List<String> all = new ArrayList<>(List.of("cow"));
        all.addAll(List.of(words));
        return behind.behind(all.toArray(String[]::new)).differs("zero", COW).may("^read much", COW);
    }

    private static List<Row> storage() {
        return List.of(
                memory(),
                memory().readOnly(),
                Row.plugin("memory", "1").may("^status", PAGES),
                Row.plugin("memory", "0"),
                Row.plugin("memory", "size=100001").may("^status", PAGES),
                file(),
                file().readOnly(),
                file("{dir}/odd"),
                file("{dir}/byte"),
                file("{dir}/empty"),
                file("dir={dir}/some").export("two"),
                file("dir={dir}/some").export("none")
                        .differs("^base:allocation", "contexts of an export that is not there"),
                // nbdkit 1.32 writes to other places than it reads, never answers a cache hint and dies of a block status across two files
                Row.plugin("split", "{dir}/odd", "{dir}/part2", "{dir}/byte").readOnly().without(Wire.SEND_CACHE | Row.EXTENTS)
                        .may("multi-conn|cache|flush", "nbdkit takes one request at a time, reads, writes and tells extents"),
                partitioned(),
                partitioned("mbr-id=0x82", "{dir}/part2", "partition-type=mbr", "alignment=4096"),
                Row.plugin("tmpdisk", "size=1M", "command=truncate -s $size $disk").may("fast zero|^status", NATIVE),
                Row.plugin("ondemand", "dir={dir}/some", "size=1M", "command=truncate -s $size $disk").export("new")
                        .may("fast zero|^status", NATIVE).differs("^list", "the list of exports has the files that are there"));
    }

    private static List<Row> made() {
        return List.of(
                Row.plugin("null"),
                Row.plugin("null", "1M"),
                Row.plugin("null", "9223372036854775807").may("^status", "extents that go beyond the request"),
                Row.plugin("full", "1M"),
                Row.plugin("zero"),
                Row.plugin("pattern", "1M"),
                Row.plugin("pattern", "100003"),
                Row.plugin("data", "data=1 2 (3 4)*100 @0x10000 \"text\" @^512 le32:7"),
                Row.plugin("data", "raw=hello world", "size=64K"),
                Row.plugin("data", "base64=MTIz"),
                Row.plugin("info", "exportname").export("a name"),
                Row.plugin("info", "base64exportname").export("MTIz"),
                Row.plugin("info", "address"),
                Row.plugin("example1").differs("^read", "the boot code in example1's first sector"),
                Row.plugin("example2", "file={dir}/odd"),
                Row.plugin("example3", "size=1M"),
                Row.plugin("random", "1M", "seed=1").differs("^read", "for a seed the bytes are others"),
                Row.plugin("sparse-random", "1M", "seed=1"));
    }

    private static List<Row> scripts() {
        return List.of(
                Row.plugin("sh", "{dir}/disk.sh"),
                Row.plugin("eval", "get_size=echo 64K", "pread=dd if=/dev/zero count=$3 iflag=count_bytes 2>/dev/null"),
                Row.plugin("eval", "get_size=echo 64K", "pread=echo EIO bad >&2; exit 1", "pwrite=cat >/dev/null", "flush=exit 0",
                        "trim=exit 0", "zero=echo ENOTSUP >&2; exit 1", "can_fua=echo native", "can_cache=echo native", "cache=exit 0"),
                Row.plugin("eval", "get_size=echo 64K", "pread=dd if=/dev/zero count=$3 iflag=count_bytes 2>/dev/null",
                        "extents=echo 0 32K; echo 32K 32K hole,zero", "is_rotational=exit 0", "can_multi_conn=exit 0"),
                Row.plugin("eval", "get_size=echo 64K", "pread=printf x"));
    }

    private static List<Row> shapes() {
        return List.of(
                memory().behind("nofilter"),
                memory().behind("offset", "offset=1M", "range=1M"),
                Row.plugin("pattern", "1M").behind("offset", "offset=1234", "range=56789"),
                partitioned().behind("partition", "partition=1").differs("^description", DESCRIPTION),
                partitioned().behind("partition", "partition=2").readOnly().differs("^description", DESCRIPTION),
                memory().behind("truncate", "truncate=2M"),
                Row.plugin("pattern", "100003").behind("truncate", "round-up=4096")
                        .differs("^status", "`truncate`: block status goes on behind the real end"),
                Row.plugin("pattern", "100003").behind("truncate", "round-down=512"),
                Row.plugin("pattern", "64K").behind("swab", "swab-bits=64"),
                Row.plugin("pattern", "64K").behind("swab", "swab-bits=8"),
                memory().behind("blocksize", "minblock=4k", "maxdata=64k"),
                file().behind("blocksize", "minblock=512", "maxlen=32k")
                        .differs("^status", "block status is asked until the request is covered"),
                Row.plugin("data", "data=1 2 3", "size=10000").behind("blocksize", "minblock=1k"),
                Row.plugin("null", "1M").behind("blocksize-policy", "blocksize-minimum=512", "blocksize-preferred=4k",
                        "blocksize-maximum=1M", "blocksize-error-policy=error"),
                Row.plugin("null", "1M").behind("blocksize-policy", "blocksize-minimum=4k", "blocksize-preferred=4k",
                        "blocksize-maximum=64k"));
    }

    private static List<Row> capabilities() {
        return List.of(
                file().behind("fua", "fuamode=emulate"),
                file().behind("fua", "fuamode=native"),
                file().behind("fua", "fuamode=force"),
                file().behind("fua"),
                file().behind("nozero"),
                file().behind("nozero", "zeromode=emulate"),
                file().behind("nozero", "zeromode=notrim", "fastzeromode=slow"),
                file().behind("nozero", "zeromode=plugin", "fastzeromode=ignore"),
                file().behind("nocache"),
                file().behind("nocache", "cachemode=emulate"),
                file().behind("nocache", "cachemode=nop"),
                file().behind("noextents"),
                file().behind("noparallel", "serialize=connections"),
                file().behind("multi-conn", "multi-conn-mode=disable"),
                file().behind("multi-conn", "multi-conn-mode=unsafe"),
                Row.plugin("example3", "size=1M").behind("multi-conn", "multi-conn-mode=emulate"),
                Row.plugin("null", "1M").behind("extentlist", "extentlist={dir}/extents").readOnly(),
                file().behind("exportname", "exportname-list=explicit", "exportname=a", "exportname=b", "default-export=a",
                        "exportdesc=fixed:hello"),
                file().behind("exportname", "exportname-list=empty"),
                file().behind("exportname", "exportname-list=error"),
                file().behind("exportname", "exportname-list=defaultonly", "default-export=x"));
    }

    private static List<Row> guards() {
        return List.of(
                file().behind("protect", "protect=0-0xfff"),
                file().behind("checkwrite"),
                file().behind("error", "error=ENOSPC", "error-pwrite-rate=100%"),
                file().behind("error", "error-rate=1"),
                file().behind("delay", "rdelay=1ms", "delay-fast-zero=false", "wdelay=1ms"),
                file().behind("rate", "rate=8G"),
                file().behind("ip", "allow=all"),
                file().behind("limit", "limit=10"),
                memory().behind("tls-fallback", "tlsreadme=come back with a key")
                        .differs("multi-conn", "the disk of clients without TLS can be used by several connections at once"),
                file().behind("log", "logfile={dir}/log"),
                file().behind("stats", "statsfile={dir}/stats"),
                file().behind("pause", "pause-control={dir}/p"),
                file().behind("exitlast"),
                file().behind("exitwhen", "exit-when-file-created={dir}/never"),
                file().behind("retry", "retry-delay=1"),
                file().behind("retry-request", "retry-request-delay=1"));
    }

    private static List<Row> keeping() {
        return List.of(
                cow(file()),
                cow(Row.plugin("pattern", "1M")),
                cow(Row.plugin("pattern", "100003"), "cow-block-size=4096", "cow-on-read=true"),
                file().behind("cache").may("^status", DIRTY),
                file().behind("cache", "cache=writethrough").differs("^status", DIRTY),
                // nbdkit 1.32 ends here with an assertion at a trim
                file().behind("cache", "cache=unsafe", "cache-on-read=true").without(Wire.SEND_TRIM).may("^status", DIRTY),
                file().behind("readahead"),
                memory().behind("offset", "offset=1M").behind("truncate", "truncate=2M").behind("log", "logfile={dir}/log"));
    }

    private static List<Row> refused() {
        return List.of(
                Row.plugin("memory", "-1").refused(),
                Row.plugin("memory", "1X").refused(),
                Row.plugin("memory").refused(),
                Row.plugin("memory", "1M", "nonsense=1").refused(),
                Row.plugin("file", "{dir}/not-there").refused(),
                Row.plugin("file", "{dir}/disk", "dir={dir}").refused(),
                Row.plugin("data", "data=300").refused(),
                Row.plugin("data", "data=(1 2").refused(),
                Row.plugin("memory", "1M").behind("offset", "offset=2M").refused(),
                Row.plugin("memory", "1M").behind("offset", "offset=512K", "range=1M").refused(),
                Row.plugin("memory", "1M").behind("partition", "partition=1").refused(),
                Row.plugin("memory", "1M").behind("blocksize", "minblock=3").refused(),
                Row.plugin("memory", "1M").behind("cow", "cow-block-size=5000").refused(),
                Row.plugin("memory", "1M").behind("error", "error=ENOENT").refused(),
                Row.plugin("memory", "1M").behind("error", "error-rate=2").refused(),
                Row.plugin("memory", "1M").behind("swab", "swab-bits=12").refused(),
                Row.plugin("memory", "1M").behind("protect", "protect=9-8").refused(),
                Row.plugin("memory", "1M").behind("nozero", "zeromode=never").refused(),
                Row.plugin("memory", "1M").behind("truncate", "round-up=3").refused(),
                Row.plugin("memory", "1M").behind("delay", "rdelay=soon").refused(),
                Row.plugin("memory", "1M").behind("rate", "rate=fast").refused(),
                Row.plugin("memory", "1M").behind("ip", "allow=300.0.0.1").refused());
    }
}
