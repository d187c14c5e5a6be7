package dev.cloakroom.chronicle;

import java.util.ArrayList;
import java.util.List;

/** Checks the JVM flags that Chronicle Map needs. */
final class JvmFlags {

    private JvmFlags() {}

    /**
     * Checks that the JVM opens the packages that Chronicle Map needs to the class path.
     *
     * @throws IllegalStateException if it does not. The message names the missing flags
     */
    static void check() {
        List<String> missing = missing();
        if (!missing.isEmpty()) {
            throw new IllegalStateException("Chronicle Map needs the JVM to be started with "
                    + String.join(" ", missing)
                    + " (in the manifest of an executable jar: Add-Opens and Add-Exports)");
        }
    }

    private static List<String> missing() {
        Module ours = JvmFlags.class.getModule();
        Module base = Object.class.getModule();
        List<String> missing = new ArrayList<>();
        for (String name : List.of("java.lang", "java.lang.reflect")) {
            if (!base.isOpen(name, ours)) {
                missing.add("--add-opens=java.base/" + name + "=ALL-UNNAMED");
            }
        }
        for (String name : List.of("sun.nio.ch", "jdk.internal.ref")) {
            if (!base.isExported(name, ours)) {
                missing.add("--add-exports=java.base/" + name + "=ALL-UNNAMED");
            }
        }
        String compiler = "com.sun.tools.javac.file";
        if (!ModuleLayer.boot()
                .findModule("jdk.compiler")
                .map(module -> module.isExported(compiler, ours))
                .orElse(false)) {
            missing.add("--add-exports=jdk.compiler/" + compiler + "=ALL-UNNAMED");
        }
        return missing;
    }
}
