#!/bin/sh
# A disk of the plugin sh for the soak: a file, and errors as long as another file is there.
# Words: file=FILE fail=FILE note=ANYTHING
disk=$tmpdir/disk
fail() {
    if [ -e "$(cat "$tmpdir/fail")" ]; then
        echo "ENOSPC injected" >&2
        exit 1
    fi
}
case $1 in
    config)
        case $2 in
            file) ln -sf "$3" "$disk" ;;
            fail) echo "$3" >"$tmpdir/fail" ;;
            note) ;;
            *) exit 2 ;;
        esac
        ;;
    thread_model) echo parallel ;;
    open) echo "handle-$$" ;;
    get_size) stat -Lc %s "$disk" ;;
    can_write | can_flush | can_multi_conn) ;;
    pread)
        fail
        exec dd if="$disk" bs=64K iflag=skip_bytes,count_bytes skip="$4" count="$3" status=none
        ;;
    pwrite)
        fail
        exec dd of="$disk" bs=64K iflag=fullblock oflag=seek_bytes seek="$4" conv=notrunc status=none
        ;;
    flush) ;;
    *) exit 2 ;;
esac
