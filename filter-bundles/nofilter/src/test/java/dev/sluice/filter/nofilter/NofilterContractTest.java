package dev.sluice.filter.nofilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.FilterContract;
import java.util.List;
import org.junit.jupiter.api.Test;

class NofilterContractTest extends FilterContract {
    @Override
    protected NbdFilter newKind() {
        return new NofilterFilter();
    }

    @Override
    protected String kindName() {
        return "nofilter";
    }

    @Test
    void aParameterIsRefused() {
        var e = assertThrows(ConfigException.class, () -> start(List.of("x=1")));
        assertEquals("nofilter: this filter does not need command line configuration, but got: x=1", e.getMessage());
    }
}
