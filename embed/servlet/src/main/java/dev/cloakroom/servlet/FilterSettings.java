package dev.cloakroom.servlet;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.ValueTypes;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Predicate;

/** What a filter was built with. */
record FilterSettings(
        SessionEngine engine,
        HttpSessionEvents events,
        SaveMode saveMode,
        boolean keepsEmptySessions,
        Predicate<HttpServletRequest> noAccess) {

    ValueTypes values() {
        return events.values();
    }

    ServletContext context() {
        ServletContext context = events.context();
        if (context == null) {
            throw new IllegalStateException("the filter is not initialised yet");
        }
        return context;
    }
}
