# What fish would offer behind command lines: fish complete.fish SCRIPT LINE...
#
# For each LINE: the candidates without their explanations, then "--".
source $argv[1]
for line in $argv[2..-1]
    complete -C $line | string replace -r '\t.*' '' | env LC_ALL=C sort -u
    printf '%s\n' --
end
