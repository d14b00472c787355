package dev.sluice.itests.control;

import java.io.IOException;

/** How a test tells the scripted plugin, which lives inside the framework, what to do. Called by any thread. */
public interface Script {
    /**
     * The plugin has reached a point.
     *
     * @param point name of the method, see ScriptedPlugin
     * @param offset of the request, or 0
     * @param length of the request, or 0
     * @return a word that says how to misbehave; empty for doing it right
     * @throws IOException what the plugin shall throw
     */
    String at(String point, long offset, long length) throws IOException;
}
