package dev.cloakroom.key;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** Makes the shell command that runs {@link KeyRingTool} in this environment. */
final class ToolCommand {

    /** The name of {@link KeyRingTool}, as text so that the two classes form no cycle. */
    private static final String TOOL = "dev.cloakroom.key.KeyRingTool";

    private ToolCommand() {}

    /** Returns the command that runs the tool with arguments. An unknown path is replaced by the name of the jar. */
    static String of(String... arguments) {
        List<String> words = new ArrayList<>(List.of("java"));
        Module module = ToolCommand.class.getModule();
        if (module.isNamed()) {
            if (!isLinked()) {
                words.addAll(List.of("-p", path()));
            }
            words.addAll(List.of("-m", module.getName() + "/" + TOOL));
        } else {
            words.addAll(List.of("-cp", path(), TOOL));
        }
        words.addAll(Arrays.asList(arguments));
        return words.stream().map(ToolCommand::quoted).collect(Collectors.joining(" "));
    }

    private static boolean isLinked() {
        CodeSource source = ToolCommand.class.getProtectionDomain().getCodeSource();
        return source != null
                && source.getLocation() != null
                && source.getLocation().getProtocol().equals("jrt");
    }

    private static String path() {
        return location(ToolCommand.class, "cloakroom-engine-api.jar")
                + File.pathSeparator
                + location(Ed25519.class, "bcprov-jdk18on.jar");
    }

    private static String location(Class<?> type, String otherwise) {
        try {
            CodeSource source = type.getProtectionDomain().getCodeSource();
            if (source != null
                    && source.getLocation() != null
                    && source.getLocation().getProtocol().equals("file")) {
                return Path.of(source.getLocation().toURI()).toString();
            }
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
            // The location is not a file, such as a jar within a jar.
        }
        return otherwise;
    }

    private static String quoted(String word) {
        return word.matches("[\\w./:;\\\\-]+") && !word.contains(";") ? word : '"' + word + '"';
    }
}
