package dev.sluice.core.simulation;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.Lease;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ReadReply;
import dev.sluice.api.SharedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** One connection's handle on the disk of a {@link DiskPlugin}. */
final class DiskDevice implements NbdDevice {
    private final World world;
    private final DiskPlugin plugin;
    private final long owner;
    private final OpenRequest request;

    DiskDevice(World world, DiskPlugin plugin, long owner, OpenRequest request) {
        this.world = world;
        this.plugin = plugin;
        this.owner = owner;
        this.request = request;
    }

    @Override
    public DeviceInfo info() {
        Weather w = world.weather;
        return DeviceInfo.writable((long) w.blocks * w.block).flush(true).trim(true).fua(w.fua).zero(w.zero)
                .multiConn(w.ram || w.shared || w.back).build();
    }

    private void maybeFail(String what) throws NbdException {
        world.scheduler.point(32);
        Layers.slowly(world, request.cancellation());
        if (world.dice.once(world.weather.errorOnce)) {
            if (world.dice.once(8)) {
                throw new IllegalStateException("a bug of the simulated plugin in " + what);
            }
            throw new NbdException(world.dice.of(NbdError.EIO, NbdError.ENOSPC, NbdError.EPERM, NbdError.ENOMEM), "simulated " + what);
        }
    }

    private int first(long offset) {
        return (int) (offset / world.weather.block);
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        plugin.inside.enter("read");
        try {
            maybeFail("read");
            int block = world.weather.block;
            // The self-test of a change, and clients that ask for odd ranges, cut blocks into pieces.
            for (long at = offset; at < offset + length;) {
                int piece = (int) Math.min(block - at % block, offset + length - at);
                long value = plugin.disk.get(first(at));
                if (value == 0 && world.dice.once(2)) {
                    reply.zeroes(piece);
                } else if (world.dice.once(4)) {
                    try (Lease lease = request.buffers().lease(piece)) {
                        Layers.fill(lease.memory().clear().limit(piece), value);
                        reply.lease(lease, 0, piece);
                    }
                } else if (world.dice.once(6)) {
                    ByteBuffer bytes = ByteBuffer.allocate(piece);
                    Layers.fill(bytes, value);
                    try (SharedFile file = request.files().adopt(new SimFile(bytes.flip()), Path.of("/simulated"))) {
                        reply.file(file, 0, piece);
                    }
                } else {
                    Layers.fill(reply.buffer(piece), value);
                }
                at += piece;
                if (world.dice.once(8)) {
                    world.scheduler.point(33);
                }
            }
            maybeFailLate("read");
        } finally {
            plugin.inside.exit();
        }
    }

    private void maybeFailLate(String what) throws NbdException {
        if (world.dice.once(8)) {
            maybeFail(what);
        }
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        plugin.inside.enter("write");
        try {
            maybeFail("write");
            int block = world.weather.block;
            // A part of a large write may begin within a block, which has had its effect with the part before.
            for (int at = (int) ((block - offset % block) % block); at < data.remaining(); at += block) {
                long value = data.getLong(data.position() + at);
                int b = first(offset + at);
                plugin.disk.put(b, value, owner);
                world.effect(value);
                if (flags.fua()) {
                    plugin.disk.flush(b, owner);
                }
                if (world.dice.once(8)) {
                    world.scheduler.point(34);
                }
            }
            maybeFailLate("write");
        } finally {
            plugin.inside.exit();
        }
    }

    @Override
    public boolean writesInParts() {
        return world.weather.parts;
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        plugin.inside.enter("zero");
        try {
            if (world.dice.once(3)) {
                throw new NbdException(NbdError.ENOTSUP, "not here");
            }
            erase(offset, length, flags);
        } finally {
            plugin.inside.exit();
        }
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        plugin.inside.enter("trim");
        try {
            if (world.dice.once(2)) {
                erase(offset, length, flags);
            }
        } finally {
            plugin.inside.exit();
        }
    }

    private void erase(long offset, long length, Flags flags) throws NbdException {
        maybeFail("erase");
        for (int b = first(offset); b < first(offset + length); b++) {
            plugin.disk.put(b, 0, owner);
            if (flags.fua()) {
                plugin.disk.flush(b, owner);
            }
        }
    }

    @Override
    public void flush() throws IOException {
        plugin.inside.enter("flush");
        try {
            maybeFail("flush");
            for (int b = 0; b < plugin.disk.blocks(); b++) {
                plugin.disk.flush(b, owner);
                if (world.dice.once(20)) {
                    world.scheduler.point(35);
                }
            }
            maybeFailLate("flush");
        } finally {
            plugin.inside.exit();
        }
    }

    @Override
    public void close() {
        world.scheduler.point(36);
        plugin.inside.closed();
    }
}
