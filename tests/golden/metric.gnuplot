# ulpscope 0.1.0: study seeds, figure adhoc
set encoding utf8
$data_0 << END
-3 -11.12493874
-3 -10.60205999

-2 -9.823908741
-2 -9
END
$data_1 << END
-3 -5000
-3 -4999.522879
END
$data_2 << END
-3 -10.90308999
-2 -9.823908741
END
$data_3 << END
-3 -10.90308999
-2 -9.823908741
END
$data_4 << END
-1 -5000
END
$data_5 << END
-3 -4999.69897
END
set xrange [-3.14:-0.86]
set yrange [-5000:-9]
unset key
set border 3 lw 0.4 lc rgb '#404040'
set tics nomirror out scale 0.5, 0.25
set grid xtics ytics lt 1 lw 0.3 lc rgb '#dddddd'
set lmargin at screen 0.1918
set rmargin at screen 0.9506
set bmargin at screen 0.3364
set tmargin at screen 0.9338
set label 'floor' at screen 0.0294, screen 0.6351 center rotate noenhanced
set label 'lr' at screen 0.5712, screen 0.2299 center noenhanced
set label '100 % of floors' at screen 0.1918, screen 0.9719 left noenhanced
set arrow from screen 0.1918, screen 0.1701 to screen 0.2624, screen 0.1701 nohead lw 1 lc rgb '#000000' dt solid
set label '' at screen 0.2271, screen 0.1701 point pt 7 ps 0.5 lc rgb '#000000'
set label 'binary32' at screen 0.2794, screen 0.1701 left noenhanced
set arrow from screen 0.1918, screen 0.1234 to screen 0.2624, screen 0.1234 nohead lw 1 lc rgb '#1b4f9c' dt (12,5)
set label '' at screen 0.2271, screen 0.1234 point pt 5 ps 0.5 lc rgb '#1b4f9c'
set label 'dec100' at screen 0.2794, screen 0.1234 left noenhanced
set label '' at screen 0.6218, screen 0.1701 point pt 11 ps 0.6 lc rgb '#000000'
set label 'floor 0 or below' at screen 0.6741, screen 0.1701 left noenhanced
set label 'not drawn: 1 failed, 1 pending of 11 cells' at screen 0.1918, screen 0.0748 left noenhanced
set label 'points: medians over data.seed; bars: quartiles' at screen 0.1918, screen 0.0281 left noenhanced
set xtics ('10^{-3}' -3, '10^{-2}' -2, '10^{-1}' -1, '' -3.09691 1, '' -3.04576 1, '' -2.69897 1, '' -2.52288 1, '' -2.39794 1, '' -2.30103 1, '' -2.22185 1, '' -2.1549 1, '' -2.09691 1, '' -2.04576 1, '' -1.69897 1, '' -1.52288 1, '' -1.39794 1, '' -1.30103 1, '' -1.22185 1, '' -1.1549 1, '' -1.09691 1, '' -1.04576 1)
set ytics ('10^{-5000}' -5000, '10^{-4000}' -4000, '10^{-3000}' -3000, '10^{-2000}' -2000, '10^{-1000}' -1000)
set terminal svg size 518, 470 fixed enhanced font 'Helvetica,17.2' linewidth 2.152 background '#ffffff'
set output ARG1
plot NaN notitle, \
  $data_0 using 1:2 with lines lw 0.6 lc rgb '#000000' dt solid notitle, \
  $data_1 using 1:2 with lines lw 0.6 lc rgb '#1b4f9c' dt solid notitle, \
  $data_2 using 1:2 with lines lw 1 lc rgb '#000000' dt solid notitle, \
  $data_3 using 1:2 with points pt 7 ps 0.5 lc rgb '#000000' notitle, \
  $data_4 using 1:2 with points pt 11 ps 0.6 lc rgb '#000000' notitle, \
  $data_5 using 1:2 with points pt 5 ps 0.5 lc rgb '#1b4f9c' notitle
set terminal pdfcairo size 8.5cm, 7.70cm enhanced font 'Helvetica,8' fontscale 0.75 linewidth 2
set output ARG2
replot
unset output
