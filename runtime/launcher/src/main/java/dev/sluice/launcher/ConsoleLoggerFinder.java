package dev.sluice.launcher;

import java.text.MessageFormat;
import java.util.ResourceBundle;

/**
 * Sends {@code System.Logger} messages of all bundles to standard error, without java.util.logging: errors and
 * warnings always, the rest when verbose. Found by the JDK through {@code META-INF/services}.
 */
public final class ConsoleLoggerFinder extends System.LoggerFinder {
    @Override
    public System.Logger getLogger(String name, Module module) {
        return new ConsoleLogger(name, Console.PROCESS);
    }

    /** One name. */
    static final class ConsoleLogger implements System.Logger {
        private final String name;
        private final Console console;

        ConsoleLogger(String name, Console console) {
            this.name = name;
            this.console = console;
        }

        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean isLoggable(Level level) {
            int least = (console.verbose() && !ofTheJdk() ? Level.DEBUG : Level.WARNING).getSeverity();
            return level != Level.OFF && level.getSeverity() >= least && !toldByCommandLine(level);
        }

        /** What keeps an export or a listener from starting is in its status: the command line judges it and says it once. */
        private boolean toldByCommandLine(Level level) {
            return level == Level.ERROR && name.startsWith("dev.sluice.") && !console.serving() && !console.verbose();
        }

        @Override
        public void log(Level level, ResourceBundle texts, String text, Throwable thrown) {
            if (isLoggable(level)) {
                console.message(level, localized(texts, text), thrown);
            }
        }

        @Override
        public void log(Level level, ResourceBundle texts, String format, Object... values) {
            if (isLoggable(level)) {
                String text = localized(texts, format);
                console.message(level, values == null || values.length == 0 ? text : MessageFormat.format(text, values), null);
            }
        }

        /** What the JDK says about itself below a warning does not help with a disk. */
        private boolean ofTheJdk() {
            return name.startsWith("java.") || name.startsWith("jdk.") || name.startsWith("sun.");
        }

        private static String localized(ResourceBundle texts, String text) {
            return text != null && texts != null && texts.containsKey(text) ? texts.getString(text) : String.valueOf(text);
        }
    }
}
