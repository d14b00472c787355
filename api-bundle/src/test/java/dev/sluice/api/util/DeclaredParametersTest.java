package dev.sluice.api.util;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.Help;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.OpenParameters;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Transparent;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeclaredParametersTest {
    @Help("does something")
    @Transparent
    @OpenParameters
    @Parameter(name = "b", aliases = "bee", help = "b")
    @Parameter(name = "a", help = "a")
    private static final class Good {
    }

    @Parameter(name = "a", magic = true, help = "a")
    @Parameter(name = "b", magic = true, help = "b")
    private static final class TwoMagic {
    }

    @Parameter(name = "a", help = "a")
    @Parameter(name = "b", aliases = "a", help = "b")
    private static final class Twice {
    }

    @Parameter(name = "a b", help = "a")
    private static final class NoKey {
    }

    @Parameter(name = "a", type = ParameterType.SIZE, defaultValue = "x", help = "a")
    private static final class BadDefault {
    }

    @Parameter(name = "a", choices = {"x", "y"}, defaultValue = "z", help = "a")
    private static final class DefaultIsNoChoice {
    }

    @Parameter(name = "a", required = true, defaultValue = "z", help = "a")
    private static final class RequiredWithDefault {
    }

    @Parameter(name = "a", magic = true, help = "a")
    private abstract static class MagicFilter implements NbdFilter {
    }

    @Test
    void whatTheClassSaysIsFound() {
        DeclaredParameters d = DeclaredParameters.of(Good.class);
        assertEquals(List.of("b", "a"), d.list().stream().map(Parameter::name).toList());
        assertEquals("b", d.find("bee").orElseThrow().name());
        assertEquals("does something", d.help());
        assertTrue(d.isOpen() && d.isTransparent() && !d.isFilter());
    }

    @Test
    void contradictionsAreRefused() {
        for (Class<?> kind : List.of(TwoMagic.class, Twice.class, NoKey.class, BadDefault.class, DefaultIsNoChoice.class,
                RequiredWithDefault.class, MagicFilter.class)) {
            assertThrows(IllegalArgumentException.class, () -> DeclaredParameters.of(kind), kind::getSimpleName);
        }
    }
}
