# A Chromium for the tests of the report, which are skipped without one: what PATH has, else Debian's. Sourced by .ci/run.

provide_chromium() {
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do
    ! command -v "$name" >/dev/null || return 0
  done
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    printf '\n=== No Chromium, and only root on Debian can install one: the report is not opened in a browser.\n'
    return 0
  fi
  export DEBIAN_FRONTEND=noninteractive
  timeout 300 apt-get update >"$work/apt.log" 2>&1
  timeout 300 apt-get install -y --no-install-recommends chromium >>"$work/apt.log" 2>&1 ||
    printf '\n=== apt-get cannot install chromium: the report is not opened in a browser.\n'
}
