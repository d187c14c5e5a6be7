package dev.cloakroom.infinispan;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * Keeps Infinispan and JGroups from logging every join and rebalance where nobody has said otherwise: under
 * {@code java.util.logging}, warnings are logged and no more. Other logging systems are configured by their own files.
 */
final class Quiet {

    private static final List<String> NAMES = List.of("org.infinispan", "org.jgroups");

    /** Held here, or their levels would be forgotten. */
    private static final List<Logger> LOGGERS =
            NAMES.stream().map(Logger::getLogger).toList();

    private Quiet() {}

    static void logs() {
        for (Logger logger : LOGGERS) {
            boolean configured = LogManager.getLogManager().getProperty(logger.getName() + ".level") != null;
            if (!configured && logger.getLevel() == null) {
                logger.setLevel(Level.WARNING);
            }
        }
    }
}
