# ulpscope 0.1.0: study seeds, figure adhoc
set encoding utf8
$data_0 << END
2970 0
3000 0
3000 0.1666666667
3500 0.1666666667
3500 0.3333333333
3530 0.3333333333
END
$data_1 << END
2970 0
3100 0
3100 0.3333333333
3200 0.3333333333
3200 0.6666666667
3300 0.6666666667
3300 1
3530 1
END
set xrange [2970:3530]
set yrange [0:1]
unset key
set border 3 lw 0.4 lc rgb '#404040'
set tics nomirror out scale 0.5, 0.25
set grid xtics ytics lt 1 lw 0.3 lc rgb '#dddddd'
set lmargin at screen 0.0785
set rmargin at screen 0.9764
set bmargin at screen 0.2528
set tmargin at screen 0.9830
set label 'share of cells' at screen 0.0140, screen 0.6179 center rotate noenhanced
set label 'onset' at screen 0.5275, screen 0.1599 center noenhanced
set arrow from screen 0.0785, screen 0.1077 to screen 0.1122, screen 0.1077 nohead lw 1 lc rgb '#000000' dt solid
set label 'binary32' at screen 0.1204, screen 0.1077 left noenhanced
set arrow from screen 0.2019, screen 0.1077 to screen 0.2356, screen 0.1077 nohead lw 1 lc rgb '#1b4f9c' dt (12,5)
set label 'dec100' at screen 0.2437, screen 0.1077 left noenhanced
set label 'not drawn: 1 failed, 1 pending of 11 cells' at screen 0.0785, screen 0.0653 left noenhanced
set label 'no onset: 1 of 9 cells' at screen 0.0785, screen 0.0245 left noenhanced
set ytics noenhanced ('0.0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6, '0.8' 0.8, '1.0' 1)
set terminal svg size 1086, 538 fixed enhanced font 'Helvetica,17.2' linewidth 2.152 background '#ffffff'
set output ARG1
plot NaN notitle, \
  $data_0 using 1:2 with lines lw 1 lc rgb '#000000' dt solid notitle, \
  $data_1 using 1:2 with lines lw 1 lc rgb '#1b4f9c' dt (12,5) notitle
set terminal pdfcairo size 17.8cm, 8.82cm enhanced font 'Helvetica,8' fontscale 0.75 linewidth 2
set output ARG2
replot
unset output
