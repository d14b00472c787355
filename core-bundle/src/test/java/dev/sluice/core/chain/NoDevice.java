package dev.sluice.core.chain;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.ReadReply;
import java.io.IOException;

/** 512 bytes that read as zero. Tests override what they need. */
public class NoDevice implements NbdDevice {
    @Override
    public DeviceInfo info() {
        return DeviceInfo.readOnly(512).build();
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        reply.zeroes(length);
    }
}
