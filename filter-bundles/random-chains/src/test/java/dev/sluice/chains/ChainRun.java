package dev.sluice.chains;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Support;
import dev.sluice.api.contract.RecordingReply;
import dev.sluice.api.contract.RecordingSink;
import dev.sluice.chains.Effect.Rule;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** One random chain, random requests on it, and a model of what it means. */
final class ChainRun implements AutoCloseable {
    private static final int REQUESTS = 60;
    private static final int LONGEST = 20_000;
    private static final int REMEMBERED = 25;

    private final Random random;
    private final Path directory;
    private final Hardware hardware;
    private final Bench bench;
    private final List<Effect> effects = new ArrayList<>();
    private final Set<Rule> rules = EnumSet.noneOf(Rule.class);
    private final List<String> kinds = new ArrayList<>();
    private final Deque<String> history = new ArrayDeque<>();
    private final List<Bench.Client> clients = new ArrayList<>();
    private TopModel model;
    private DeviceInfo info;
    private boolean faults;

    /**
     * A chain.
     *
     * @param names of filters that it must have, or empty for a random one
     */
    ChainRun(long seed, List<String> names, Map<String, Class<?>> classes, Path directory) {
        this.random = new Random(seed);
        this.directory = directory;
        this.hardware = Hardware.random(random);
        this.bench = new Bench(directory);
        bench.add(new TestKind("disk", false, 1, DiskPlugin.class, () -> new DiskPlugin(hardware)));
        classes.forEach((name, type) -> bench.add(new TestKind(name, true, 1, type, () -> FilterClasses.create(type))));
        choose(names, new ArrayList<>(classes.keySet()));
    }

    private void choose(List<String> names, List<String> known) {
        List<String> wanted = new ArrayList<>(names);
        if (names.isEmpty()) {
            int count = 2 + random.nextInt(4);
            for (int i = 0; i < count; i++) {
                wanted.add(known.get(random.nextInt(known.size())));
            }
        }
        // a partition table is seen only right in front of the disk
        wanted.sort(Comparator.comparing(name -> !name.equals("partition")));
        byte[] bytes = hardware.initial();
        int told = hardware.minimum();
        for (String name : wanted) {
            if (name.equals("cache") && rules.contains(Rule.REFUSES_CHANGES)) {
                // it would take what is refused later, when it comes home
                continue;
            }
            Optional<Effect> effect = FilterWords.at(name, new Place(random, bytes.length, hardware.minimum(), told,
                    hardware.info().canFlush(), hardware.info().fua() != Support.NONE, directory, effects.size()));
            if (effect.isPresent()) {
                bytes = effect.get().through().apply(bytes);
                told = effect.get().told() == 0 ? told : effect.get().told();
                effects.add(0, effect.get());
                rules.addAll(effect.get().rules());
                kinds.add(name);
            }
        }
        kinds.add("disk");
        model = new TopModel(bytes, rules.contains(Rule.TRIM_FORGETS));
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>(effects.stream().map(Effect::line).toList());
        lines.add("disk");
        return lines;
    }

    /** The chain and what was done last, for the report of a failure. */
    String describe() {
        return "the chain was\n  " + String.join("\n  ", lines()) + "  " + hardware.info() + "\nand these were its last requests:\n  "
                + String.join("\n  ", history);
    }

    /** Which filters really stand in it. */
    List<String> kinds() {
        return kinds.subList(0, kinds.size() - 1);
    }

    /** Runs it; an AssertionError says what is wrong. */
    void run() throws Exception {
        bench.start(lines(), directory);
        connect();
        int most = info.multiConn() ? 2 : 1;
        boolean mayFail = random.nextBoolean();
        for (int i = 0; i < REQUESTS; i++) {
            if (clients.size() < most && random.nextInt(10) == 0) {
                faults(false);
                connect();
            }
            if (mayFail && random.nextInt(8) == 0) {
                faults(!faults);
            }
            step();
        }
        faults(false);
        finish();
    }

    private void finish() throws Exception {
        checkAll();
        if (info.canFlush()) {
            flush();
        }
        for (Bench.Client c : clients) {
            c.close();
        }
        bench.end();
        if (rules.contains(Rule.SHIELDS) && !Arrays.equals(hardware.initial(), hardware.contents())) {
            throw new AssertionError("the bytes behind a filter that never writes have changed");
        }
    }

    private void connect() throws Exception {
        remember("connect");
        Bench.Client client = bench.open();
        clients.add(client);
        info = client.connection().info();
        if (info.size() != model.size()) {
            throw new AssertionError("the size is " + info.size() + " and should be " + model.size());
        }
    }

    private void faults(boolean on) throws IOException {
        if (on != faults) {
            remember("faults " + on);
            faults = on;
            hardware.faulty(on);
            Path file = directory.resolve("faults");
            if (on) {
                Files.createFile(file);
            } else {
                Files.delete(file);
            }
        }
    }

    private void step() throws Exception {
        int dice = random.nextInt(100);
        if (dice < 4) {
            swap();
        } else if (dice < 6) {
            faults(false);
            remember("disconnect");
            clients.remove(random.nextInt(clients.size())).close();
            if (clients.isEmpty()) {
                connect();
            }
        } else if (dice < 13 && info.canFlush()) {
            flush();
        } else if (model.size() == 0 || dice < 15) {
            beyondTheEnd();
        } else if (dice < 42) {
            read(anyOffset(), 0);
        } else if (dice < 52) {
            status();
        } else if (dice < 56 && info.cache() != Support.NONE) {
            int offset = anyOffset();
            int length = anyLength(offset);
            attempt("cache " + offset + " " + length, offset, length, false, d -> {
                d.cache(offset, length);
                return true;
            });
        } else if (info.isWritable() && dice < 80) {
            write();
        } else if (info.isWritable() && dice < 91 && info.zero() != Support.NONE) {
            zero();
        } else if (info.isWritable() && info.canTrim()) {
            trim();
        } else {
            read(anyOffset(), 0);
        }
    }

    private int minimum() {
        return Math.max(1, info.blockSizes().minimum());
    }

    /** Mostly as the device wants it. */
    private int anyOffset() {
        int offset = random.nextInt(6) == 0 ? 0 : random.nextInt(model.size());
        return random.nextInt(8) == 0 ? offset : offset / minimum() * minimum();
    }

    private int anyLength(int offset) {
        int most = Math.min(LONGEST, model.size() - offset);
        int length = random.nextInt(8) == 0 ? most : 1 + random.nextInt(most);
        int aligned = length / minimum() * minimum();
        return aligned == 0 || random.nextInt(8) == 0 ? length : aligned;
    }

    private boolean isAligned(int offset, int length) {
        return offset % minimum() == 0 && length % minimum() == 0;
    }

    private Bench.Client anyClient() {
        return clients.get(random.nextInt(clients.size()));
    }

    /** What the client gets, or null if the request failed and was allowed to. */
    private <T> T attempt(String what, int offset, int length, boolean change, Bench.Request<T> request) throws Exception {
        try {
            T result = anyClient().request(request);
            remember(what);
            return result;
        } catch (NbdException e) {
            remember(what + " -> " + e.error() + " " + e.getMessage());
            boolean shape = e.error() == NbdError.EINVAL && (!isAligned(offset, length) || rules.contains(Rule.REFUSES_SHAPES));
            boolean refused = change && rules.contains(Rule.REFUSES_CHANGES);
            if (!faults && !shape && !refused) {
                throw new AssertionError(what + " fails without a reason: " + e.error() + " " + e.getMessage());
            }
            return null;
        }
    }

    private void read(int offset, int wanted) throws Exception {
        int length = wanted > 0 ? wanted : anyLength(offset);
        byte[] seen = attempt("read " + offset + " " + length, offset, length, false, d -> {
            RecordingReply reply = new RecordingReply(length);
            try {
                d.read(offset, length, reply);
            } catch (IOException | RuntimeException | Error e) {
                reply.rewind(length);
                throw e;
            }
            return reply.finish();
        });
        if (seen != null) {
            check(model.check(offset, seen));
        }
    }

    private Flags fua() {
        return info.fua() != Support.NONE && random.nextInt(3) == 0 ? Flags.of(Flags.FUA) : Flags.NONE;
    }

    private void write() throws Exception {
        int offset = anyOffset();
        byte[] data = new byte[anyLength(offset)];
        if (random.nextInt(4) > 0) {
            random.nextBytes(data);
        }
        Flags flags = fua();
        ByteBuffer bytes = ByteBuffer.allocateDirect(data.length).put(data).flip();
        changed(offset, data, flags, attempt("write " + offset + " " + data.length
                + " " + flags, offset, data.length, true, d -> {
                    d.write(offset, bytes.duplicate(), flags);
                    return true;
                }));
        if (!bytes.equals(ByteBuffer.wrap(data))) {
            throw new AssertionError("a write has changed the bytes that it was given");
        }
    }

    private void zero() throws Exception {
        int offset = anyOffset();
        int length = anyLength(offset);
        Flags flags = random.nextBoolean() ? fua().with(Flags.MAY_TRIM) : fua();
        boolean fast = info.canFastZero() && random.nextInt(3) == 0;
        Flags all = fast ? flags.with(Flags.FAST_ZERO) : flags;
        String what = "zero " + offset + " " + length + " " + all;
        Boolean done;
        try {
            done = attempt(what, offset, length, true, d -> {
                try {
                    d.zero(offset, length, all);
                    return true;
                } catch (NbdException e) {
                    if (fast && e.error() == NbdError.ENOTSUP) {
                        return false;
                    }
                    throw e;
                }
            });
        } catch (NbdException e) {
            throw new AssertionError(e);
        }
        // a fast zero that is not supported may have done a part, as a failed one
        changed(offset, new byte[length], all, done != null && done ? Boolean.TRUE : null);
    }

    /** After a write or zero: done, or null for failed. */
    private void changed(int offset, byte[] data, Flags flags, Boolean done) throws Exception {
        if (done != null) {
            model.written(offset, data);
            if (flags.fua() && isDurable()) {
                check(model.checkStable(offset, data.length, view(hardware.stable())));
            }
            return;
        }
        boolean before = faults;
        faults(false);
        byte[] seen = look(offset, data.length);
        if (seen != null) {
            check(model.failed(offset, data, seen));
        }
        faults(before);
    }

    /** A range as it is now; null if it can't be read because of its shape. */
    private byte[] look(int offset, int length) throws Exception {
        return attempt("look " + offset + " " + length, offset, length, false, d -> {
            RecordingReply reply = new RecordingReply(length);
            try {
                d.read(offset, length, reply);
            } catch (IOException | RuntimeException | Error e) {
                reply.rewind(length);
                throw e;
            }
            return reply.finish();
        });
    }

    private void trim() throws Exception {
        int offset = anyOffset();
        int length = anyLength(offset);
        Flags flags = fua();
        attempt("trim " + offset + " " + length + " " + flags, offset, length, true, d -> {
            d.trim(offset, length, flags);
            return true;
        });
        model.trimmed(offset, length);
    }

    private void flush() throws Exception {
        Boolean done = attempt("flush", 0, 0, false, d -> {
            d.flush();
            return true;
        });
        if (done != null && isDurable()) {
            check(model.checkStable(0, model.size(), view(hardware.stable())));
        }
    }

    private void status() throws Exception {
        int offset = anyOffset();
        int length = anyLength(offset);
        boolean one = random.nextInt(4) == 0;
        RecordingSink sink = new RecordingSink(offset, length, model.size(), one);
        Boolean done = attempt("status " + offset + " " + length + (one ? " one" : ""), offset, length, false, d -> {
            d.status(MetaContext.BASE_ALLOCATION, offset, length, one ? Flags.of(Flags.REQ_ONE) : Flags.NONE, sink);
            return true;
        });
        if (done == null) {
            return;
        }
        sink.assertCovered();
        for (RecordingSink.Extent e : sink.extents()) {
            if ((e.status() & MetaContext.ZERO) != 0 && !rules.contains(Rule.EXTENTS_ARE_TOLD)) {
                int end = (int) Math.min(e.end(), model.size());
                check(model.checkZeroes((int) e.offset(), end - (int) e.offset()));
            }
        }
    }

    private void beyondTheEnd() throws Exception {
        int offset = model.size() - random.nextInt(Math.min(model.size(), 100) + 1);
        int length = model.size() - offset + 1 + random.nextInt(5000);
        String what = "write " + offset + " " + length + " beyond the end";
        remember(what);
        try {
            anyClient().request(d -> {
                d.write(offset, ByteBuffer.allocate(length), Flags.NONE);
                return true;
            });
        } catch (NbdException e) {
            return;
        }
        throw new AssertionError("a " + what + " succeeds");
    }

    private void swap() throws Exception {
        faults(false);
        String kind = kinds.get(random.nextInt(kinds.size()));
        switch (random.nextInt(3)) {
            case 0 -> {
                remember("upgrade " + kind);
                bench.upgrade(kind);
            }
            case 1 -> {
                remember("update in place " + kind);
                bench.updateInPlace(kind);
            }
            default -> insertAndRemove();
        }
        read0();
    }

    /** With words that no other layer has, so that it is this one that is taken out again. */
    private void insertAndRemove() throws Exception {
        List<String> more = new ArrayList<>(lines());
        int place = random.nextInt(more.size());
        more.add(place, "delay delay-open=0");
        remember("insert a layer at " + place);
        bench.reshape(more);
        read0();
        remember("remove it");
        bench.reshape(lines());
    }

    private void read0() throws Exception {
        if (model.size() > 0) {
            read(0, Math.min(model.size(), 4096));
        }
    }

    private void checkAll() throws Exception {
        for (int at = 0; at < model.size(); at += 65536) {
            read(at, Math.min(65536, model.size() - at));
        }
    }

    private boolean isDurable() {
        return Collections.disjoint(rules, EnumSet.of(Rule.NOT_DURABLE, Rule.SHIELDS));
    }

    /** What bytes of the hardware read as through the chain. */
    private byte[] view(byte[] bytes) {
        byte[] seen = bytes;
        for (int i = effects.size() - 1; i >= 0; i--) {
            seen = effects.get(i).through().apply(seen);
        }
        return seen;
    }

    private static void check(String wrong) {
        if (!wrong.isEmpty()) {
            throw new AssertionError(wrong);
        }
    }

    private void remember(String what) {
        history.add(what);
        if (history.size() > REMEMBERED) {
            history.remove();
        }
    }

    @Override
    public void close() {
        bench.close();
    }
}
