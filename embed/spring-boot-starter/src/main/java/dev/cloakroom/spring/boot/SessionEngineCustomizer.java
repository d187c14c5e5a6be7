package dev.cloakroom.spring.boot;

import dev.cloakroom.SessionEngine;

/**
 * A bean that changes the engine's settings before the engine is built: for those that no property has. The engine's
 * builder accepts each setting once.
 */
@FunctionalInterface
public interface SessionEngineCustomizer {

    /** Changes the settings. */
    void customize(SessionEngine.Builder builder);
}
