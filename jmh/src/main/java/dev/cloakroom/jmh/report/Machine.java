package dev.cloakroom.jmh.report;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Says what this machine is, in one line that names no host. */
final class Machine {

    private Machine() {}

    static String describe() throws IOException {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        String processor = value(Path.of("/proc/cpuinfo"), "model name", ":", system.getArch());
        String name = value(Path.of("/etc/os-release"), "PRETTY_NAME", "=", system.getName())
                .replace("\"", "");
        return "%d processors (%s), %d GB of memory, %s (%s %s, %s)"
                .formatted(
                        system.getAvailableProcessors(),
                        processor,
                        Math.round(system.getTotalMemorySize() / (double) (1 << 30)),
                        name,
                        system.getName(),
                        system.getVersion().replaceAll("^(\\d+\\.\\d+).*", "$1"),
                        system.getArch());
    }

    /** Returns what a file of lines says about a name; files that other systems do not have are no error. */
    private static String value(Path file, String name, String separator, String otherwise) throws IOException {
        if (!Files.isReadable(file)) {
            return otherwise;
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name) && line.contains(separator))
                    .map(line -> line.substring(line.indexOf(separator) + 1).strip())
                    .findFirst()
                    .orElse(otherwise);
        }
    }
}
