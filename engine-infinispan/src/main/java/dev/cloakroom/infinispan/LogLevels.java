package dev.cloakroom.infinispan;

import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * Keeps Infinispan and JGroups from logging every join and rebalance unless their levels are configured: under
 * {@code java.util.logging}, warnings are logged and no more. Other logging systems are configured by their own files.
 */
final class LogLevels {

    /** Held here, or their levels would be forgotten. */
    private static final Map<Logger, Level> LEVELS = Map.of(
            Logger.getLogger("org.infinispan"), Level.WARNING,
            Logger.getLogger("org.jgroups"), Level.WARNING,
            // It logs each failed call with a stack trace; the caller gets the same as an exception.
            Logger.getLogger("org.infinispan.interceptors.impl.InvocationContextInterceptor"), Level.OFF);

    private static final AtomicBoolean LISTENS = new AtomicBoolean();

    private LogLevels() {}

    /** Sets the levels now, and again when the configuration is read anew, which resets them. */
    static void apply() {
        if (!LISTENS.getAndSet(true)) {
            LogManager.getLogManager().addConfigurationListener(LogLevels::setLevels);
        }
        setLevels();
    }

    private static void setLevels() {
        LEVELS.forEach((logger, level) -> {
            boolean configured = LogManager.getLogManager().getProperty(logger.getName() + ".level") != null;
            if (!configured && logger.getLevel() == null) {
                logger.setLevel(level);
            }
        });
    }
}
