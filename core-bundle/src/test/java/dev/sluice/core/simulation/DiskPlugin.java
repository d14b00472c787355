package dev.sluice.core.simulation;

import dev.sluice.api.HandOver;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/** A disk: the world's, as a file would be, or one in memory that is handed over. */
final class DiskPlugin implements NbdPlugin {
    private final World world;
    final Inside inside;
    SimDisk disk;
    private boolean fresh = true;

    DiskPlugin(World world, String name) {
        this.world = world;
        this.inside = new Inside(world, name);
    }

    @Override
    public boolean exclusive() {
        return world.weather.ram && world.weather.shared;
    }

    @Override
    public NbdDevice open(OpenRequest request) throws IOException {
        inside.enter("open");
        try {
            if (disk == null) {
                disk = world.weather.ram ? new SimDisk(world.weather.blocks, true) : world.disk;
            }
            Layers.unhurried(world);
            if (world.dice.once(world.weather.openFailsOnce)) {
                world.disturbed = true;
                throw new NbdException(NbdError.EIO, "no medium");
            }
            inside.opened();
            return new DiskDevice(world, this, request.client().connection(), request);
        } finally {
            inside.exit();
        }
    }

    @Override
    public Optional<HandOver> release() {
        inside.release();
        fresh = false;
        Layers.unhurried(world);
        if (!world.weather.ram || disk == null) {
            return Layers.NOTHING;
        }
        ByteBuffer state = ByteBuffer.allocate(disk.blocks() * 8);
        for (int i = 0; i < disk.blocks(); i++) {
            state.putLong(disk.get(i));
        }
        return Optional.of(new HandOver("simulation.ram", 1, Map.of("blocks", state.array())));
    }

    @Override
    public void adopt(HandOver state) throws IOException {
        Layers.unhurried(world);
        Layers.refuseSometimes(world, fresh);
        inside.adopt();
        fresh = false;
        if (!state.state().containsKey("blocks")) {
            return;
        }
        ByteBuffer blocks = ByteBuffer.wrap((byte[]) state.state().get("blocks"));
        SimDisk mine = new SimDisk(world.weather.blocks, true);
        for (int i = 0; i < mine.blocks(); i++) {
            mine.put(i, blocks.getLong(i * 8), 0);
        }
        disk = mine;
    }

    @Override
    public void close() {
        inside.close();
    }
}
