package dev.sluice.core.simulation;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ReadReply;
import dev.sluice.api.Support;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Keeps writes back until a flush, and brings some home in the background; hands what it has over to its successor. */
final class BackFilter implements NbdFilter {
    private final World world;
    private final Inside inside;
    private final TreeMap<Integer, Long> dirty = new TreeMap<>();
    private final Serial alone;
    private boolean fresh = true;

    BackFilter(World world, String name) {
        this.world = world;
        this.alone = new Serial(world, "a layer takes one at a time, its own tasks included");
        this.inside = new Inside(world, name);
    }

    @Override
    public ThreadModel threadModel() {
        return ThreadModel.SERIALIZE_ALL_REQUESTS;
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new BackDevice(next.open(request), request);
    }

    @Override
    public Optional<HandOver> release() {
        inside.release();
        fresh = false;
        Layers.unhurried(world);
        Map<String, Object> state = new TreeMap<>();
        dirty.forEach((b, v) -> state.put(Integer.toString(b), v));
        dirty.clear();
        return Optional.of(new HandOver("simulation.back", 1, state));
    }

    @Override
    public void adopt(HandOver state) throws IOException {
        Layers.unhurried(world);
        Layers.refuseSometimes(world, fresh);
        inside.adopt();
        fresh = false;
        state.state().forEach((b, v) -> dirty.put(Integer.valueOf(b), (Long) v));
    }

    @Override
    public void leave(NbdDevice device, boolean force) throws Exception {
        ((BackDevice) device).bringHome();
    }

    @Override
    public void leave(boolean force) throws Exception {
        if (!dirty.isEmpty()) {
            throw new NbdException(NbdError.EIO, dirty.size() + " blocks have not come home");
        }
    }

    @Override
    public void close() {
        inside.close();
    }

    private final class BackDevice extends ForwardingDevice {
        private final OpenRequest request;

        BackDevice(NbdDevice next, OpenRequest request) {
            super(next);
            this.request = request;
        }

        @Override
        public void prepare() {
            if (world.dice.once(2)) {
                request.tasks().every(Duration.ofNanos(world.dice.spread(100_000, 50_000_000)), () -> {
                    enter("a task");
                    try {
                        bringHome();
                    } finally {
                        exit();
                    }
                    return null;
                });
            }
        }

        private void enter(String what) {
            inside.enter(what);
            alone.enter();
        }

        private void exit() {
            alone.exit();
            inside.exit();
        }

        private int first(long offset) {
            return (int) (offset / world.weather.block);
        }

        @Override
        public DeviceInfo info() {
            return next.info().with().fua(Support.EMULATE).zero(Support.EMULATE).trim(false).extents(false).build();
        }

        @Override
        public void read(long offset, int length, ReadReply reply) throws IOException {
            enter("read");
            try {
                int block = world.weather.block;
                for (long at = offset; at < offset + length;) {
                    int piece = (int) Math.min(block - at % block, offset + length - at);
                    Long mine = dirty.get(first(at));
                    if (mine != null) {
                        Layers.fill(reply.buffer(piece), mine);
                    } else {
                        next.read(at, piece, reply);
                    }
                    at += piece;
                }
            } finally {
                exit();
            }
        }

        @Override
        public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
            enter("write");
            try {
                world.scheduler.point(40);
                int block = world.weather.block;
                for (int at = 0; at < data.remaining(); at += block) {
                    long value = data.getLong(data.position() + at);
                    dirty.put(first(offset + at), value);
                    world.effect(value);
                }
            } finally {
                exit();
            }
        }

        @Override
        public void flush() throws IOException {
            enter("flush");
            try {
                bringHome();
                next.flush();
            } finally {
                exit();
            }
        }

        /** A block stays dirty until it is home; what is written meanwhile is another one's. */
        void bringHome() throws IOException {
            int block = world.weather.block;
            for (Map.Entry<Integer, Long> e : new TreeMap<>(dirty).entrySet()) {
                ByteBuffer data = ByteBuffer.allocateDirect(block);
                Layers.fill(data, e.getValue());
                next.write((long) e.getKey() * block, data.flip(), Flags.NONE);
                dirty.remove(e.getKey(), e.getValue());
            }
        }
    }
}
