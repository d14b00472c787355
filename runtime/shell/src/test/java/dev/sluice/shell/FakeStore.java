package dev.sluice.shell;

import dev.sluice.api.runtime.SluiceControl.ExportDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes down what is saved. */
final class FakeStore implements Store {
    final List<String> calls = new ArrayList<>();
    String directory = "";

    @Override
    public String save(ExportDefinition definition, boolean enabled) {
        calls.add("save " + definition.name() + " " + definition.layers() + (enabled ? "" : " disabled"));
        return "etc/" + definition.name() + ".json";
    }

    @Override
    public Optional<String> forget(String export) {
        calls.add("forget " + export);
        return Optional.of("etc/" + export + ".json");
    }

    @Override
    public String directory() {
        return directory;
    }

    @Override
    public Incoming incoming(String location) {
        calls.add("incoming " + location);
        return new Incoming() {
            @Override
            public String location() {
                return "/copy.jar";
            }

            @Override
            public String keep() {
                calls.add("keep");
                return "bundles/new.jar";
            }

            @Override
            public void discard() {
                calls.add("discard");
            }
        };
    }
}
