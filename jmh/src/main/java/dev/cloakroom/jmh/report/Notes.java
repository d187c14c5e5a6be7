package dev.cloakroom.jmh.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What people wrote about the figures: kept in files of its own, so making the page anew never loses it. */
final class Notes {

    private final Path folder;

    Notes(Path folder) {
        this.folder = folder;
    }

    /** Returns a fragment; empty if nobody wrote it. */
    String of(String id) throws IOException {
        Path file = file(id);
        return Files.exists(file) ? Files.readString(file).replace("\r\n", "\n").strip() : "";
    }

    void write(String id, String text) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(file(id), text + "\n");
    }

    /** Refuses fragments that no section would show: a misspelt name must not lose what was written. */
    void check(Set<String> known) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        Set<String> unknown = new TreeSet<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(".md"))
                    .map(name -> name.substring(0, name.length() - ".md".length()))
                    .filter(name -> !known.contains(name))
                    .forEach(unknown::add);
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "no section shows the notes " + unknown + "; there are " + new TreeSet<>(known));
        }
    }

    private Path file(String id) {
        return folder.resolve(id + ".md");
    }
}
