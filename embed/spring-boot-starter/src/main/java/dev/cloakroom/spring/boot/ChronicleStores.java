package dev.cloakroom.spring.boot;

import dev.cloakroom.chronicle.ChronicleSessionStore;
import dev.cloakroom.chronicle.OnDamage;
import dev.cloakroom.store.SessionStore;
import java.nio.file.Path;

/** Opens stores on Chronicle Map. Loaded only if that module is there. */
final class ChronicleStores {

    /** How the store's message begins when the JVM lacks flags. */
    private static final String MISSING_FLAGS = "Chronicle Map needs the JVM to be started with";

    private ChronicleStores() {}

    static SessionStore open(CloakroomProperties.Chronicle settings) {
        Path directory = settings.directory();
        ChronicleSessionStore.Builder builder =
                directory == null ? ChronicleSessionStore.inMemory() : ChronicleSessionStore.persistedTo(directory);
        builder.maxSessions(settings.maxSessions())
                .typicalSessionBytes(
                        Math.toIntExact(settings.typicalSessionSize().toBytes()))
                .onDamage(settings.startFreshOnDamage() ? OnDamage.START_FRESH : OnDamage.FAIL);
        if (settings.shared()) {
            builder.shared();
        }
        try {
            return builder.build();
        } catch (IllegalStateException e) {
            throw failure(e);
        }
    }

    static CloakroomStartException failure(IllegalStateException e) {
        String message = String.valueOf(e.getMessage());
        return message.startsWith(MISSING_FLAGS)
                ? new CloakroomStartException(
                        message + ".",
                        "Give the JVM these flags: in JDK_JAVA_OPTIONS, in <jvmArguments> of spring-boot-maven-plugin,"
                                + " in <argLine> of the tests; or in the manifest of the executable jar:\n\n"
                                + "    Add-Opens: java.base/java.lang java.base/java.lang.reflect\n"
                                + "    Add-Exports: java.base/sun.nio.ch java.base/jdk.internal.ref"
                                + " jdk.compiler/com.sun.tools.javac.file",
                        e)
                : new CloakroomStartException(
                        "The session store cannot be opened: " + message + ".",
                        "Correct the properties cloakroom.store.chronicle, or the directory.",
                        e);
    }
}
