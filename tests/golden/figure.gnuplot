# ulpscope 0.1.0: study odd & 'end' - - 1, figure loss
set encoding utf8
$data_0 << END
0 1.9624 1.9624
1 -3 -3
END
$data_1 << END
0 1.9624 1.9624
1 -4000 -4000

2.988 -4999.8239 -4999.8239
3.012 -4999.8239 -4999.8239

4.988 -4999.699 -4999.699
5.012 -4999.699 -4999.699
END
$data_2 << END
0 1.9624
1 -3
END
$data_3 << END
0 1.9624
1 -4000

2.988 -4999.8239
3.012 -4999.8239

4.988 -4999.699
5.012 -4999.699
END
$data_4 << END
1 -3
END
$data_5 << END
2 -5000
4 -5000
END
$data_6 << END
0 2
END
set xrange [0:6]
set yrange [-5000:2]
unset key
set border 3 lw 0.4 lc rgb '#404040'
set tics nomirror out scale 0.5, 0.25
set grid xtics ytics lt 1 lw 0.3 lc rgb '#dddddd'
set lmargin at screen 0.1918
set rmargin at screen 0.9506
set bmargin at screen 0.3931
set tmargin at screen 0.9394
set label 'loss' at screen 0.0294, screen 0.6663 center rotate noenhanced
set label 'step' at screen 0.5712, screen 0.2957 center noenhanced
set label 'The loss, `date` and $x_1$' at screen 0.1918, screen 0.9743 left noenhanced
set arrow from screen 0.1918, screen 0.2411 to screen 0.2624, screen 0.2411 nohead lw 1 lc rgb '#000000' dt solid
set label 'adam, lr = 1e-3' at screen 0.2794, screen 0.2411 left noenhanced
set arrow from screen 0.1918, screen 0.1983 to screen 0.2624, screen 0.1983 nohead lw 1 lc rgb '#1b4f9c' dt (12,5)
set label 's|g_d, <1>, lr = 1e-2' at screen 0.2794, screen 0.1983 left noenhanced
set arrow from screen 0.1918, screen 0.1556 to screen 0.2624, screen 0.1556 nohead lw 1 lc rgb '#c2410c' dt (3,4)
set label '' . "'" . 'quote' . "'" . ', lr = 1e-2' at screen 0.2794, screen 0.1556 left noenhanced
set label '' at screen 0.2271, screen 0.1128 point pt 11 ps 0.6 lc rgb '#000000'
set label 'loss exactly 0' at screen 0.2794, screen 0.1128 left noenhanced
set label '' at screen 0.2271, screen 0.0701 point pt 2 ps 0.8 lc rgb '#000000'
set label 'not finite from here' at screen 0.2794, screen 0.0701 left noenhanced
set label 'not drawn: 1 failed, 1 pending of 5 cells' at screen 0.1918, screen 0.0257 left noenhanced
set ytics ('10^{-5000}' -5000, '10^{-4000}' -4000, '10^{-3000}' -3000, '10^{-2000}' -2000, '10^{-1000}' -1000, '10^{0}' 0)
set terminal svg size 518, 514 fixed enhanced font 'Helvetica,17.2' linewidth 2.152 background '#ffffff'
set output ARG1
plot NaN notitle, \
  $data_0 using 1:2:3 with filledcurves fc rgb '#000000' fill transparent solid 0.25 noborder notitle, \
  $data_1 using 1:2:3 with filledcurves fc rgb '#1b4f9c' fill transparent solid 0.25 noborder notitle, \
  $data_2 using 1:2 with lines lw 1 lc rgb '#000000' dt solid notitle, \
  $data_3 using 1:2 with lines lw 1 lc rgb '#1b4f9c' dt (12,5) notitle, \
  $data_4 using 1:2 with points pt 2 ps 0.8 lc rgb '#000000' notitle, \
  $data_5 using 1:2 with points pt 11 ps 0.6 lc rgb '#1b4f9c' notitle, \
  $data_6 using 1:2 with points pt 2 ps 0.8 lc rgb '#c2410c' notitle
set terminal pdfcairo size 8.5cm, 8.42cm enhanced font 'Helvetica,8' fontscale 0.75 linewidth 2
set output ARG2
replot
unset output
