package dev.sluice.filter.retry;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Support;
import java.util.HashMap;
import java.util.Map;

/** Size and capabilities in JDK types, for a hand-over. */
final class Promise {
    private Promise() {
    }

    static Map<String, Object> write(DeviceInfo info) {
        Map<String, Object> all = new HashMap<>();
        all.put("size", info.size());
        all.put("write", info.isWritable());
        all.put("flush", info.canFlush());
        all.put("trim", info.canTrim());
        all.put("zero", info.zero().name());
        all.put("fast-zero", info.canFastZero());
        all.put("fua", info.fua().name());
        all.put("cache", info.cache().name());
        all.put("extents", info.extents());
        all.put("multi-conn", info.multiConn());
        all.put("rotational", info.rotational());
        BlockSizes sizes = info.blockSizes();
        if (!sizes.isNone()) {
            all.put("minimum", sizes.minimum());
            all.put("preferred", sizes.preferred());
            all.put("maximum", sizes.maximum());
        }
        return all;
    }

    static DeviceInfo read(Map<?, ?> all) {
        BlockSizes sizes = all.containsKey("minimum")
                ? new BlockSizes((Integer) all.get("minimum"), (Integer) all.get("preferred"), (Long) all.get("maximum"))
                : BlockSizes.NONE;
        return DeviceInfo.readOnly((Long) all.get("size"))
                .writable((Boolean) all.get("write"))
                .flush((Boolean) all.get("flush"))
                .trim((Boolean) all.get("trim"))
                .zero(Support.valueOf((String) all.get("zero")))
                .fastZero((Boolean) all.get("fast-zero"))
                .fua(Support.valueOf((String) all.get("fua")))
                .cache(Support.valueOf((String) all.get("cache")))
                .extents((Boolean) all.get("extents"))
                .multiConn((Boolean) all.get("multi-conn"))
                .rotational((Boolean) all.get("rotational"))
                .blockSizes(sizes)
                .build();
    }
}
