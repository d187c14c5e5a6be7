package dev.cloakroom.key;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of a file or directory. They are read from the file only, never from its mount: a chroot or a small
 * container may have no table of mounts.
 *
 * @param regular whether it is a regular file
 * @param stamp distinguishes two states of the file without reading it
 * @param uid the owner's number, or null if the file system has none
 * @param gid the group's number, or null if the file system has none
 * @param mode the Unix permissions (07777), or null if the file system has none
 */
record FileFacts(
        boolean regular,
        Stamp stamp,
        @Nullable Integer uid,
        @Nullable Integer gid,
        @Nullable Integer mode) {

    private static final int GROUP_OR_OTHERS = 077;
    private static final int WRITE_BY_GROUP_OR_OTHERS = 022;
    private static final int STICKY = 01000;

    /** The attributes that change when a file is changed or replaced. */
    record Stamp(
            Object modified,
            Object changed,
            long size,
            @Nullable Object fileKey) {}

    /**
     * Reads the attributes of a file.
     *
     * @throws IOException if the file does not exist or its attributes cannot be read
     */
    static FileFacts of(Path path, LinkOption... options) throws IOException {
        Set<String> views = path.getFileSystem().supportedFileAttributeViews();
        if (views.contains("unix")) {
            return ofUnix(Files.readAttributes(
                    path, "unix:isRegularFile,lastModifiedTime,ctime,size,fileKey,uid,gid,mode", options));
        }
        Class<? extends BasicFileAttributes> type =
                views.contains("posix") ? PosixFileAttributes.class : BasicFileAttributes.class;
        BasicFileAttributes basic = Files.readAttributes(path, type, options);
        Stamp stamp = new Stamp(basic.lastModifiedTime(), basic.creationTime(), basic.size(), basic.fileKey());
        Integer mode = basic instanceof PosixFileAttributes posix ? mode(posix.permissions()) : null;
        return new FileFacts(basic.isRegularFile(), stamp, null, null, mode);
    }

    private static FileFacts ofUnix(Map<String, Object> attributes) {
        Stamp stamp = new Stamp(
                known(attributes, "lastModifiedTime"),
                known(attributes, "ctime"),
                (long) known(attributes, "size"),
                attributes.get("fileKey"));
        return new FileFacts(
                (boolean) known(attributes, "isRegularFile"),
                stamp,
                (int) known(attributes, "uid"),
                (int) known(attributes, "gid"),
                (int) known(attributes, "mode") & 07777);
    }

    private static Object known(Map<String, Object> attributes, String name) {
        return Objects.requireNonNull(attributes.get(name), name);
    }

    private static int mode(Set<PosixFilePermission> permissions) {
        String text = PosixFilePermissions.toString(permissions);
        int mode = 0;
        for (int i = 0; i < text.length(); i++) {
            mode |= text.charAt(i) == '-' ? 0 : 0400 >> i;
        }
        return mode;
    }

    /** Returns whether group or others have any permission. */
    boolean isOpenToOthers() {
        return mode != null && (mode & GROUP_OR_OTHERS) != 0;
    }

    /** Returns whether group or others may write. */
    boolean isWritableByOthers() {
        return mode != null && (mode & WRITE_BY_GROUP_OR_OTHERS) != 0;
    }

    /** Returns whether group or others may replace the files of other users in this directory. */
    boolean letsOthersReplaceFiles() {
        return mode != null && isWritableByOthers() && (mode & STICKY) == 0;
    }

    /**
     * Sets the owner and group of a new file to those of this file. Does not follow a link.
     *
     * @throws IOException if this process lacks the permission
     */
    void giveOwnerTo(Path newFile) throws IOException {
        FileFacts fresh = of(newFile, LinkOption.NOFOLLOW_LINKS);
        if (gid != null && !gid.equals(fresh.gid())) {
            Files.setAttribute(newFile, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
        }
        if (uid != null && !uid.equals(fresh.uid())) {
            Files.setAttribute(newFile, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
        }
    }

    /** Sets the permissions of a new file to those of this file. Does not follow a link. */
    void givePermissionsTo(Path newFile) throws IOException {
        if (mode != null && uid != null) {
            Files.setAttribute(newFile, "unix:mode", mode, LinkOption.NOFOLLOW_LINKS);
        }
    }

    /** Returns the permissions in the form of {@code ls}, without the type of the file. */
    String permissions() {
        StringBuilder text = new StringBuilder("rwxrwxrwx");
        for (int i = 0; i < text.length(); i++) {
            if (mode == null || (mode & (0400 >> i)) == 0) {
                text.setCharAt(i, '-');
            }
        }
        return text.toString();
    }
}
