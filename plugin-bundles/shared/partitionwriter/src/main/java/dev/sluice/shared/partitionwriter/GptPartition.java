package dev.sluice.shared.partitionwriter;

import java.util.UUID;

/**
 * One entry of a GPT.
 *
 * @param type what it is for
 * @param guid what it is told from others by
 * @param first sector
 * @param last sector
 * @param bootable whether the BIOS of old may boot from it
 * @param name for people; cut off after 36 characters
 */
public record GptPartition(UUID type, UUID guid, long first, long last, boolean bootable, String name) {
}
